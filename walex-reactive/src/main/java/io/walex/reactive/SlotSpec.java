package io.walex.reactive;

import java.util.regex.Pattern;

/**
 * The replication slot that a stream reads from.
 *
 * @see <a href="https://www.postgresql.org/docs/current/logicaldecoding-explanation.html">Replication slots</a>
 */
public sealed interface SlotSpec permits SlotSpec.Temporary, SlotSpec.Durable {

    /**
     * A slot of a generated name that lives as long as its connection: changes made while nobody is subscribed, or while
     * the connection is broken, are not seen.
     */
    static Temporary temporary() {
        return new Temporary();
    }

    /**
     * A slot that stays on the server and keeps what was not acknowledged, across restarts of both sides. Made at the
     * first subscription unless it {@linkplain Durable#mustExist() must exist}. Drop it when it is no longer
     * needed: it holds back WAL for ever.
     *
     * @param name 1 to 63 characters of {@code a-z}, {@code 0-9} and {@code _}
     * @throws InvalidSlotNameException for another name
     */
    static Durable durable(String name) {
        return new Durable(name, WhenInUse.FAIL, true);
    }

    /** See {@link #temporary()}. */
    record Temporary() implements SlotSpec {

        @Override
        public String toString() {
            return "temporary slot";
        }
    }

    /**
     * See {@link #durable(String)}.
     *
     * @param name the slot's name
     * @param whenInUse what happens when another connection holds it; {@link WhenInUse#FAIL} by default
     * @param createIfMissing whether it is made when it does not exist; true by default
     */
    record Durable(String name, WhenInUse whenInUse, boolean createIfMissing) implements SlotSpec {

        private static final Pattern VALID = Pattern.compile("[a-z0-9_]{1,63}");

        public Durable {
            if (!VALID.matcher(name).matches()) {
                throw new InvalidSlotNameException(
                        "\"" + name
                                + "\" is not a valid replication slot name; use 1 to 63 characters of a-z, 0-9 and _",
                        null);
            }
        }

        public Durable whenInUse(WhenInUse choice) {
            return new Durable(name, choice, createIfMissing);
        }

        /** A missing slot is a {@link SlotNotFoundException} instead of a reason to make one. */
        public Durable mustExist() {
            return new Durable(name, whenInUse, false);
        }

        @Override
        public String toString() {
            return "slot \"" + name + "\"";
        }
    }
}
