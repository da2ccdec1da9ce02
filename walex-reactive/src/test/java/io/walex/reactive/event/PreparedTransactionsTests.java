package io.walex.reactive.event;

import static io.walex.reactive.event.TransactionFrames.XID;
import static io.walex.reactive.event.TransactionFrames.begin;
import static io.walex.reactive.event.TransactionFrames.beginPrepare;
import static io.walex.reactive.event.TransactionFrames.commit;
import static io.walex.reactive.event.TransactionFrames.commitPrepared;
import static io.walex.reactive.event.TransactionFrames.insert;
import static io.walex.reactive.event.TransactionFrames.prepare;
import static io.walex.reactive.event.TransactionFrames.relation;
import static io.walex.reactive.event.TransactionFrames.rollbackPrepared;
import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.pgoutput.Frames;
import io.walex.reactive.pgoutput.Lsn;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How prepared transactions are put together. */
class PreparedTransactionsTests extends AssembledTransactions {

    @Test
    void refusesTheCommitOfAPreparedTransactionItNeverHad() {
        assertRefused("\"unknown\"", commitPrepared(10, "unknown"));
    }

    @Test
    void ignoresTheRollbackOfWhatItNeverHad() {
        assertThat(take(rollbackPrepared(10, "unknown"))).isEmpty();
    }

    @Test
    void refusesPreparedTransactionsThatWereNotAskedFor() {
        assembler = assembler(TwoPhase.OFF);

        assertRefused("twoPhase is OFF", beginPrepare(10, "x"));
        assertRefused("twoPhase is OFF", prepare(10, "x"));
        assertRefused("twoPhase is OFF", commitPrepared(10, "x"));
        assertRefused("twoPhase is OFF", rollbackPrepared(10, "x"));
        assertRefused(
                "twoPhase is OFF",
                Frames.message('p')
                        .int8(0)
                        .int64(1)
                        .int64(2)
                        .int64(0)
                        .int32(XID)
                        .string("x"));
    }

    @ParameterizedTest
    @ValueSource(chars = {'B', 'C', 'S', 'E', 'A', 'c', 'b', 'K', 'r', 'p', '?'})
    void refusesAllButChangesWithinAPreparedTransaction(char type) {
        take(beginPrepare(10, "x"));

        assertRefused("within a prepared transaction", Frames.message(type));
    }

    @Test
    void readsAPreparedTransactionAsItsRelationsWereThen() {
        take(begin(10), relation("a"), insert("before"), commit(10));
        take(beginPrepare(20, "x"), insert("one"), insert("two"), prepare(20, "x"));
        take(begin(30), relation("a", "b"), insert("three", "b"), commit(30));

        assertThat(rows(take(commitPrepared(40, "x")))).containsExactly(Map.of("a", "one"), Map.of("a", "two"));
        assertThat(rows(take(begin(50), insert("four", "b"), commit(50))))
                .containsExactly(Map.of("a", "four", "b", "b"));
    }

    @Test
    void readsAPreparedTransactionThatAltersItsRelation() {
        take(
                beginPrepare(20, "x"),
                relation("a"),
                insert("one"),
                relation("a", "b"),
                insert("two", "b"),
                prepare(20, "x"));

        assertThat(rows(take(commitPrepared(40, "x"))))
                .containsExactly(Map.of("a", "one"), Map.of("a", "two", "b", "b"));
    }

    @Test
    void deliversAtCommitWhatWasPreparedBeforeTheSlotDecodedIt() {
        assembler = assembler(TwoPhase.AT_PREPARE);
        assembler.connected(Lsn.of(20));
        take(begin(30), relation("a"), insert("one"), commit(30));

        List<TransactionSignal> signals =
                take(beginPrepare(10, "x"), insert("two"), prepare(10, "x"), commitPrepared(40, "x"));

        assertThat(signals)
                .extracting(signal -> signal instanceof Event event
                        ? event.type() + " " + event.position()
                        : signal.getClass().getSimpleName())
                .containsExactly("Hold", "Begin", "INSERT 0/28:0", "COMMIT_PREPARED 0/28:40", "End", "Release");
    }

    @Test
    void refusesThePrepareOfAnotherTransaction() {
        take(beginPrepare(10, "x"));
        assertRefused("\"x\" was begun at 0/A", prepare(10, "y"));
        assembler.connected(Lsn.INVALID);
        take(beginPrepare(10, "x"));
        assertRefused("\"x\" was begun at 0/A", prepare(11, "x"));
    }

    @Test
    void refusesThePrepareOfAnotherTransactionAtPrepare() {
        assembler = assembler(TwoPhase.AT_PREPARE);
        take(beginPrepare(10, "x"));
        assertRefused("within a prepared transaction", commit(10));
        assertRefused("\"x\" was begun at 0/A", prepare(10, "y"));
        assertRefused("\"x\" was begun at 0/A", prepare(11, "x"));
    }
}
