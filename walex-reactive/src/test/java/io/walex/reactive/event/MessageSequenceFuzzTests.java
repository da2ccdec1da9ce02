package io.walex.reactive.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.walex.reactive.codec.TypeRegistry;
import io.walex.reactive.pgoutput.Frames;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.pgoutput.PgOutputDecodingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Messages that are lost, doubled, swapped or changed on their way: what comes of them is whole transactions that were
 * committed, or an error that says that something is wrong. With {@code JAZZER_FUZZ=1} in the environment Jazzer looks for
 * sequences, guided by coverage; an ordinary build tries some hundreds.
 */
class MessageSequenceFuzzTests {

    private static final int SEQUENCES = 500;

    /** The bytes of a record in the WAL. */
    private static final int RECORD = 16;

    @TempDir
    static Path directory;

    @ParameterizedTest
    @EnumSource(TwoPhase.class)
    void whatCouldBeSentIsReadToItsEnd(TwoPhase twoPhase) {
        for (int seed = 0; seed < SEQUENCES; seed++) {
            List<Frames> history = history(new Random(seed)::nextInt, twoPhase);
            assertThat(play(bytes(history), twoPhase, true)).as("seed %d", seed).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(TwoPhase.class)
    void brokenSequencesGiveWholeTransactionsOrADecodingException(TwoPhase twoPhase) {
        int refused = 0;
        for (int seed = 0; seed < SEQUENCES; seed++) {
            Random random = new Random(seed);
            refused += play(broken(random::nextInt, twoPhase), twoPhase, false) ? 0 : 1;
        }
        // Many a change cannot be noticed, such as one transaction that is missing as a whole.
        assertThat(refused).isBetween(SEQUENCES / 4, SEQUENCES - 1);
    }

    @FuzzTest(maxDuration = "5m")
    void sequencesGiveWholeTransactionsOrADecodingException(FuzzedDataProvider data) {
        TwoPhase twoPhase = data.pickValue(TwoPhase.values());
        play(broken(bound -> data.consumeInt(0, bound - 1), twoPhase), twoPhase, false);
    }

    private static List<Frames> history(IntUnaryOperator choose, TwoPhase twoPhase) {
        return new Histories(choose, twoPhase != TwoPhase.OFF).next();
    }

    private static List<byte[]> bytes(List<Frames> history) {
        return new ArrayList<>(history.stream().map(Frames::toBytes).toList());
    }

    private static List<byte[]> broken(IntUnaryOperator choose, TwoPhase twoPhase) {
        List<byte[]> messages = bytes(history(choose, twoPhase));
        for (int i = choose.applyAsInt(3); i >= 0 && !messages.isEmpty(); i--) {
            int at = choose.applyAsInt(messages.size());
            // An empty message can neither be cut nor changed.
            switch (choose.applyAsInt(messages.get(at).length == 0 ? 4 : 6)) {
                case 0 -> messages.remove(at);
                case 1 -> messages.add(choose.applyAsInt(messages.size()), messages.get(at));
                case 2 -> Collections.swap(messages, at, choose.applyAsInt(messages.size()));
                case 3 -> messages.subList(at, messages.size()).clear();
                case 4 -> messages.set(at, Arrays.copyOf(messages.get(at), choose.applyAsInt(messages.get(at).length)));
                default -> {
                    byte[] changed = messages.get(at).clone();
                    changed[choose.applyAsInt(changed.length)] ^= (byte) (1 << choose.applyAsInt(8));
                    messages.set(at, changed);
                }
            }
        }
        return messages;
    }

    /**
     * Whether all was read, or up to a transaction that is asked for in another form.
     *
     * @param intact whether rows say rightly who wrote them
     */
    private static boolean play(List<byte[]> messages, TwoPhase twoPhase, boolean intact) {
        TransactionAssembler assembler = new TransactionAssembler(
                new StreamIdentity("test", "1", "db"),
                (schema, table) -> true,
                TypeSource.of(TypeRegistry.builtIn()),
                new TransactionAssembler.Spill(directory, 200),
                twoPhase,
                false,
                true);
        assembler.connected(Lsn.INVALID);
        Checks checks = new Checks(twoPhase, intact);
        try {
            long walStart = 0;
            for (byte[] message : messages) {
                walStart += RECORD;
                checks.sent(message);
                ByteBuf payload = Unpooled.wrappedBuffer(message);
                for (TransactionSignal signal = assembler.next(payload, walStart, 0);
                        signal != null;
                        signal = assembler.queued()) {
                    checks.received(signal);
                }
            }
            return true;
        } catch (UncertainMessageException wantedUnstreamed) {
            return true;
        } catch (PgOutputDecodingException expected) {
            return false;
        } finally {
            assembler.close();
        }
    }

    /** What must hold for every sequence of messages. */
    private static final class Checks {

        private final String ends;
        private final boolean intact;
        private final Set<Lsn> committed = new HashSet<>();
        private final Set<String> aborted = new HashSet<>();
        private TransactionSignal.Begin open;
        private Lsn last = Lsn.INVALID;
        private long ordinal;

        private Checks(TwoPhase twoPhase, boolean intact) {
            this.intact = intact;
            ends = twoPhase == TwoPhase.AT_PREPARE ? "CcPpKr" : "CcK";
        }

        private void sent(byte[] message) {
            ByteBuf fields = Unpooled.wrappedBuffer(message);
            char type = message.length == 0 ? 0 : (char) fields.readByte();
            if (type == 'A' && message.length == 9) {
                aborted.add(fields.readInt() + "/" + fields.readInt());
            } else if (type == 'c' && message.length > 13) {
                committed.add(Lsn.of(fields.getLong(6)));
            } else if (type == 'r' && ends.indexOf('r') >= 0 && message.length > 18) {
                committed.add(Lsn.of(fields.getLong(10) - 1));
            } else if (ends.indexOf(type) >= 0 && message.length > 10) {
                committed.add(Lsn.of(fields.getLong(2)));
            }
        }

        private void received(TransactionSignal signal) {
            if (signal instanceof TransactionSignal.Begin begin) {
                assertThat(open).isNull();
                assertThat(begin.commitLsn().isAfter(last)).isTrue();
                open = begin;
                last = begin.commitLsn();
                ordinal = -1;
            } else if (signal instanceof Event event) {
                assertThat(event.transaction()).isSameAs(open);
                assertThat(event.ordinal()).isGreaterThan(ordinal);
                ordinal = event.ordinal();
                row(event);
            } else if (signal instanceof TransactionSignal.End end) {
                assertThat(end.begin()).isSameAs(open);
                assertThat(committed).contains(end.begin().commitLsn());
                open = null;
            }
        }

        private void row(Event event) {
            if (intact && event.type() == EventType.INSERT) {
                assertThat(aborted).doesNotContain(event.newRecord().getText("writer"));
            }
        }
    }
}
