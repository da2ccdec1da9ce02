package io.walex.reactive.config;

import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.error.SlotInvalidatedException;
import io.walex.reactive.error.SlotLostException;
import io.walex.reactive.error.SlotNotFoundException;
import io.walex.reactive.error.TransactionAbandonedException;
import io.walex.reactive.event.Gap;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The replication slot that a stream reads from.
 *
 * @see <a href="https://www.postgresql.org/docs/current/logicaldecoding-explanation.html">Replication slots</a>
 */
public sealed interface SlotSpec permits SlotSpec.Temporary, SlotSpec.Durable {

    /**
     * A slot of a generated name that lives as long as its connection. Changes made while nobody is subscribed, or
     * while the connection is broken, are not seen.
     */
    static Temporary temporary() {
        return new Temporary(null);
    }

    /**
     * A slot that stays on the server and keeps what was not acknowledged, across restarts of both sides. It is made at
     * the first subscription unless it {@linkplain Durable#mustExist() must exist}. Drop it when it is no longer
     * needed: it holds back WAL for ever.
     *
     * @param name 1 to 63 characters of {@code a-z}, {@code 0-9} and {@code _}
     * @throws InvalidConfigException for another name
     */
    static Durable durable(String name) {
        return new Durable(name, WhenInUse.FAIL, true, false);
    }

    /** Whether the slot stays on the server when its connection is lost. */
    boolean survivesConnection();

    /** Whether a stream goes on after its connection was lost, though perhaps behind a gap. */
    boolean continuesAfterLoss();

    /** Whether another consumer may use the slot meanwhile, and move it. */
    boolean takesTurns();

    /**
     * See {@link #temporary()}.
     *
     * @param onGap told of a loss that the stream goes on after; null when a loss ends the stream
     */
    record Temporary(@Nullable Consumer<? super Gap> onGap) implements SlotSpec {

        /**
         * Goes on with a new slot when the connection was lost, instead of failing with {@link SlotLostException}. What
         * was committed between the two slots is never delivered.
         *
         * <p>A transaction that was being delivered stays unfinished. In {@link io.walex.reactive.WalEx#transactions()}
         * it fails with {@link TransactionAbandonedException}.
         *
         * <p>After a failover the new slot may begin before what was delivered; that was then never committed there.
         * Another database cluster at the address is no gap but a {@link SlotInvalidatedException}: its positions
         * cannot be compared with those before.
         *
         * @param listener told of each gap on the stream's thread, after the last event before it and before the first
         *     after it; must not block
         */
        public Temporary resumeWithGap(Consumer<? super Gap> listener) {
            return new Temporary(Objects.requireNonNull(listener, "listener"));
        }

        @Override
        public boolean survivesConnection() {
            return false;
        }

        @Override
        public boolean continuesAfterLoss() {
            return onGap != null;
        }

        @Override
        public boolean takesTurns() {
            return false;
        }

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
     * @param failover whether it is made so that standbys keep a copy of it; false by default
     */
    record Durable(String name, WhenInUse whenInUse, boolean createIfMissing, boolean failover) implements SlotSpec {

        private static final Pattern VALID = Pattern.compile("[a-z0-9_]{1,63}");

        public Durable {
            if (!VALID.matcher(name).matches()) {
                throw new InvalidConfigException(
                        "\"" + name
                                + "\" is not a valid replication slot name; use 1 to 63 characters of a-z, 0-9 and _",
                        null);
            }
        }

        public Durable whenInUse(WhenInUse choice) {
            return new Durable(name, choice, createIfMissing, failover);
        }

        /** A missing slot is not made: the stream fails with a {@link SlotNotFoundException}. */
        public Durable mustExist() {
            return new Durable(name, whenInUse, false, failover);
        }

        /**
         * If the slot is made here, it is made as a failover slot. A standby with {@code sync_replication_slots} keeps
         * a copy of it, from which the stream goes on after the standby was promoted. This takes PostgreSQL 17 or
         * newer. Name the standby's physical slot in {@code synchronized_standby_slots}, or the stream can get ahead of
         * the standby.
         *
         * @see <a href="https://www.postgresql.org/docs/current/logicaldecoding-explanation.html#LOGICALDECODING-REPLICATION-SLOTS-SYNCHRONIZATION">Replication
         *     slot synchronization</a>
         */
        public Durable forFailover() {
            return new Durable(name, whenInUse, createIfMissing, true);
        }

        @Override
        public boolean survivesConnection() {
            return true;
        }

        @Override
        public boolean continuesAfterLoss() {
            return true;
        }

        @Override
        public boolean takesTurns() {
            return whenInUse == WhenInUse.WAIT;
        }

        @Override
        public String toString() {
            return "slot \"" + name + "\"";
        }
    }
}
