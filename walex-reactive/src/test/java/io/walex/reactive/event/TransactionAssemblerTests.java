package io.walex.reactive.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import io.walex.reactive.codec.TypeRegistry;
import io.walex.reactive.pgoutput.Frames;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.pgoutput.PgOutputDecodingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Message sequences that no server should send, and those that are hard to have it send. */
class TransactionAssemblerTests {

    private static final int TEXT = 25;
    private static final int XID = 7;

    private TransactionAssembler assembler = assembler(TwoPhase.AT_COMMIT);

    private static TransactionAssembler assembler(TwoPhase twoPhase) {
        return assembler(twoPhase, false);
    }

    private static TransactionAssembler assembler(TwoPhase twoPhase, boolean messages) {
        return new TransactionAssembler(
                new StreamIdentity("test", "1", "db"),
                (schema, table) -> true,
                TypeSource.of(TypeRegistry.builtIn()),
                new TransactionAssembler.Spill(Path.of("unused"), 1 << 20),
                twoPhase,
                false,
                messages);
    }

    private List<TransactionSignal> take(Frames... messages) {
        return take(0, messages);
    }

    private List<TransactionSignal> take(long walStart, Frames... messages) {
        List<TransactionSignal> signals = new ArrayList<>();
        for (Frames message : messages) {
            for (TransactionSignal signal = assembler.next(message.buffer(), walStart, 0);
                    signal != null;
                    signal = assembler.queued()) {
                signals.add(signal);
            }
        }
        return signals;
    }

    private static Frames begin(long lsn) {
        return Frames.message('B').int64(lsn).int64(0).int32(XID);
    }

    private static Frames commit(long lsn) {
        return Frames.message('C').int8(0).int64(lsn).int64(lsn + 8).int64(0);
    }

    private static Frames relation(String... columns) {
        Frames relation = Frames.message('R')
                .int32(1)
                .string("public")
                .string("t")
                .letter('d')
                .int16(columns.length);
        for (String column : columns) {
            relation.int8(0).string(column).int32(TEXT).int32(-1);
        }
        return relation;
    }

    private static Frames insert(String... values) {
        Frames insert = Frames.message('I').int32(1).letter('N').columns(values.length);
        for (String value : values) {
            insert.text(value);
        }
        return insert;
    }

    private static Frames beginPrepare(long lsn, String gid) {
        return Frames.message('b').int64(lsn).int64(lsn + 8).int64(0).int32(XID).string(gid);
    }

    private static Frames prepare(long lsn, String gid) {
        return Frames.message('P')
                .int8(0)
                .int64(lsn)
                .int64(lsn + 8)
                .int64(0)
                .int32(XID)
                .string(gid);
    }

    private static Frames commitPrepared(long lsn, String gid) {
        return Frames.message('K')
                .int8(0)
                .int64(lsn)
                .int64(lsn + 8)
                .int64(0)
                .int32(XID)
                .string(gid);
    }

    private static Frames rollbackPrepared(long lsn, String gid) {
        return Frames.message('r')
                .int8(0)
                .int64(lsn)
                .int64(lsn + 8)
                .int64(0)
                .int64(0)
                .int32(XID)
                .string(gid);
    }

    private static Frames streamStart() {
        return streamStart(true);
    }

    private static Frames streamStart(boolean first) {
        return Frames.message('S').int32(XID).int8(first ? 1 : 0);
    }

    private static Frames streamStop() {
        return Frames.message('E');
    }

    private static Frames streamCommit(long lsn) {
        return Frames.message('c').int32(XID).int8(0).int64(lsn).int64(lsn + 8).int64(0);
    }

    private static Frames streamPrepare(long lsn, String gid) {
        return Frames.message('p')
                .int8(0)
                .int64(lsn)
                .int64(lsn + 8)
                .int64(0)
                .int32(XID)
                .string(gid);
    }

    /** The same message as a streamed block has it. */
    private static Frames streamed(Frames message) {
        return message.withXid(XID);
    }

    private void assertRefused(String reason, Frames message) {
        assertThatThrownBy(() -> take(message))
                .isInstanceOf(PgOutputDecodingException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void subscriptionsChangeBehindATransactionThatAnotherConnectionEnds() {
        take(begin(100), relation("a"), insert("1"), commit(100), begin(200), insert("2"));
        assembler.resubscribe((schema, table) -> false);
        assembler.connected(Lsn.of(100));

        assertThat(take(begin(100), relation("a"), insert("1"), commit(100))).isEmpty();
        assertThat(take(begin(200), insert("2"), insert("3"), commit(200)))
                .hasSize(2)
                .first()
                .isInstanceOf(Event.class);
        assertThat(take(begin(300), insert("4"), commit(300))).noneMatch(signal -> signal instanceof Event);
    }

    @Test
    void refusesRowsOfAnotherShapeThanTheirRelation() {
        take(begin(10), relation("a", "b"));

        assertRefused("row of 1 columns, but public.t was described with 2", insert("x"));
        assertRefused("row of 3 columns", insert("x", "y", "z"));
        assertRefused(
                "row of 1 columns",
                Frames.message('U')
                        .int32(1)
                        .letter('O')
                        .columns(1)
                        .text("x")
                        .letter('N')
                        .columns(2)
                        .text("x")
                        .text("y"));
        assertRefused(
                "row of 1 columns",
                Frames.message('D').int32(1).letter('K').columns(1).text("x"));
    }

    @Test
    void ignoresTheRollbackOfWhatItNeverHad() {
        assertThat(take(rollbackPrepared(10, "unknown"))).isEmpty();
    }

    @Test
    void refusesTheCommitOfAPreparedTransactionItNeverHad() {
        assertRefused("\"unknown\"", commitPrepared(10, "unknown"));
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
    @ValueSource(chars = {'B', 'C', 'S', 'A', 'c', 'b', 'P', 'K', 'r', 'p', '?'})
    void refusesAllButChangesWithinAStreamedBlock(char type) {
        take(streamStart());

        assertRefused("within a streamed block", Frames.message(type));
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

    private static List<Map<String, Object>> rows(List<TransactionSignal> signals) {
        return signals.stream()
                .filter(Event.class::isInstance)
                .map(event -> ((Event) event).newRecord().asMap())
                .toList();
    }

    @Test
    void refusesWhatIsOutOfPlace() {
        assertRefused("outside a streamed block", Frames.message('E'));
        assertRefused("outside a transaction", commit(10));
        assertRefused("outside a transaction", prepare(10, "x"));
        take(begin(10));
        assertRefused("within a transaction", begin(20));
        assertRefused("within a transaction", streamStart());
        assertRefused(
                "within a transaction",
                Frames.message('M').int8(0).int64(5).string("p").int32(0));
    }

    @Test
    void refusesToGoOnWithoutTheRestOfATransaction() {
        take(begin(100), relation("a"), insert("1"));
        assembler.connected(Lsn.of(108));

        assertThatThrownBy(() -> take(begin(200), relation("a"), insert("2"), commit(200)))
                .isInstanceOf(PgOutputDecodingException.class)
                .hasMessageContaining("message 'B' at offset 0 (LSN 0/0)")
                .hasMessageContaining("before the rest of that at 0/64");
        assembler.connected(Lsn.of(108));
        assertThatThrownBy(() -> take(streamStart(), streamed(relation("a")), streamStop(), streamCommit(300)))
                .hasMessageContaining("message 'c' at offset 0 (LSN 0/0)");
    }

    @Test
    void refusesTheEndOfAnotherTransaction() {
        take(begin(10));
        assertRefused("0/A was begun", commit(11));
        assertRefused("within a transaction", prepare(10, "x"));
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

    @Test
    void refusesWhatIsLeftOfAStreamedTransactionThatItNeverHad() {
        assertRefused("was not streamed", streamCommit(10));
        assertRefused("was not streamed", streamPrepare(10, "x"));
        assertRefused("its first block is missing", streamStart(false));
    }

    @Test
    void refusesAStreamedTransactionThatStartsAgain() {
        take(streamStart(), streamStop());
        assertRefused("had started before", streamStart());
    }

    @Test
    void readsWhatFollowsAStreamedTransactionAsItWasDescribedLast() {
        take(streamStart(), streamed(relation("a")), streamed(insert("one")), streamStop());
        take(begin(10), relation("a", "b"), insert("two", "b"), commit(10));

        assertThat(rows(take(streamCommit(20)))).containsExactly(Map.of("a", "one"));
        assertThat(rows(take(begin(30), insert("three", "b"), commit(30))))
                .containsExactly(Map.of("a", "three", "b", "b"));
    }

    @Test
    void readsWhatFollowsAStreamedTransactionAsThatDescribedIt() {
        take(begin(10), relation("a"), insert("one"), commit(10));
        take(streamStart(), streamed(relation("a", "b")), streamed(insert("two", "b")), streamStop());

        assertThat(rows(take(begin(20), insert("three"), commit(20)))).containsExactly(Map.of("a", "three"));
        assertThat(rows(take(streamCommit(30)))).containsExactly(Map.of("a", "two", "b", "b"));
        assertThat(rows(take(begin(40), insert("four", "b"), commit(40))))
                .containsExactly(Map.of("a", "four", "b", "b"));
    }

    private static Frames message(long lsn) {
        return Frames.message('M').int8(1).int64(lsn).string("m").int32(0);
    }

    private static Frames insertInto(int relation, String value) {
        return Frames.message('I').int32(relation).letter('N').columns(1).text(value);
    }

    private static Frames streamAbort(int subXid) {
        return Frames.message('A').int32(XID).int32(subXid);
    }

    private static List<String> positions(List<TransactionSignal> signals) {
        return signals.stream()
                .filter(Event.class::isInstance)
                .map(Event.class::cast)
                .map(event -> event.type() + " " + event.position())
                .toList();
    }

    @Test
    void ordinalsAreWhereChangesAreInTheLog() {
        take(begin(0x1000), relation("a"));

        assertThat(positions(take(0x100, insert("1")))).containsExactly("INSERT 0/1000:256");
        assertThat(positions(take(
                        0x200,
                        insert("2"),
                        insert("3"),
                        Frames.message('T').int32(1).int8(0).int32(1))))
                .containsExactly("INSERT 0/1000:512", "INSERT 0/1000:514", "TRUNCATE 0/1000:516");
        assertThat(positions(take(0x300, message(0x300)))).containsExactly("MESSAGE 0/1000:767");
    }

    @Test
    void refusesAPlaceThatNoOrdinalHolds() {
        take(begin(0x1000), relation("a"));

        assertThatThrownBy(() -> take(Long.MIN_VALUE, insert("1")))
                .isInstanceOf(PgOutputDecodingException.class)
                .hasMessageContaining("80000000/0");
    }

    @Test
    void ordinalsDoNotDependOnWhatIsSubscribedTo() {
        assembler.resubscribe((schema, table) -> table.equals("wanted"));
        take(begin(0x1000), relation("a"));
        take(Frames.message('R')
                .int32(2)
                .string("public")
                .string("wanted")
                .letter('d')
                .int16(1)
                .int8(0)
                .string("a")
                .int32(TEXT)
                .int32(-1));

        assertThat(positions(take(0x200, insert("1"), insertInto(2, "2"), insert("3"), insertInto(2, "4"))))
                .containsExactly("INSERT 0/1000:514", "INSERT 0/1000:518");
    }

    @Test
    void messageThatIsSentBehindTheRowAfterItComesBeforeIt() {
        assembler = assembler(TwoPhase.AT_COMMIT, true);
        take(begin(0x1000), relation("a"));
        List<TransactionSignal> signals = take(0x200, insert("1"), insert("2"), message(0x200));
        signals.addAll(take(0x1000, commit(0x1000)));

        assertThat(positions(signals)).containsExactly("MESSAGE 0/1000:511", "INSERT 0/1000:512", "INSERT 0/1000:514");
    }

    @Test
    void messageThatIsSentBehindLargeRowsComesBehindThem() {
        assembler = assembler(TwoPhase.AT_COMMIT, true);
        take(begin(0x1000), relation("a"));
        String large = "x".repeat(600_000);
        List<TransactionSignal> signals = take(0x200, insert(large), insert(large), message(0x200), insert("3"));
        signals.addAll(take(0x1000, commit(0x1000)));

        assertThat(positions(signals))
                .containsExactly("INSERT 0/1000:512", "INSERT 0/1000:514", "MESSAGE 0/1000:515", "INSERT 0/1000:516");
    }

    @Test
    void rowsAndMessagesAreRecognisedInAnotherOrder() {
        take(begin(0x1000), relation("a"));
        assertThat(positions(take(0x200, message(0x200)))).hasSize(1);
        assembler.connected(Lsn.of(0x100));
        take(begin(0x1000), relation("a"));

        assertThat(positions(take(0x200, insert("1"), message(0x200)))).containsExactly("INSERT 0/1000:512");

        assembler.connected(Lsn.of(0x100));
        take(begin(0x1000), relation("a"));
        assertThat(positions(take(0x200, message(0x200), insert("1")))).isEmpty();
        assertThat(positions(take(0x300, message(0x300)))).containsExactly("MESSAGE 0/1000:767");
    }

    @Test
    void messageThatMayHaveBeenRolledBackIsAskedForAgain() {
        take(streamStart(), message(0x200).withXid(XID));
        take(0x200, insertInto(1, "of the subtransaction").withXid(XID + 1), streamStop(), streamAbort(XID + 1));

        assertThatThrownBy(() -> take(streamCommit(0x1000)))
                .isInstanceOf(UncertainMessageException.class)
                .hasMessageContaining("0/1000");
    }

    @Test
    void messageWithNothingBehindItThatWasRolledBackIsAskedForAgain() {
        take(streamStart(), message(0x200).withXid(XID), streamStop(), streamAbort(XID + 1));

        assertThatThrownBy(() -> take(streamPrepare(0x1000, "x"))).isInstanceOf(UncertainMessageException.class);
    }

    @Test
    void messageBeforeARowThatStaysWasNotRolledBack() {
        take(streamStart(), message(0x200).withXid(XID), streamed(relation("a")), streamed(insert("stays")));
        take(insert("gone").withXid(XID + 1), streamStop(), streamAbort(XID + 1));

        assertThat(positions(take(streamCommit(0x1000)))).hasSize(2);
    }

    @Test
    void transactionThatWentOutIsNotAskedForAgain() {
        take(begin(0x1000), relation("a"));
        take(0x200, insert("stays"));
        take(commit(0x1000));
        assembler.connected(Lsn.of(0x100));
        take(streamStart(), message(0x100).withXid(XID), streamStop(), streamAbort(XID + 1));

        assertThat(take(streamCommit(0x1000))).isEmpty();
    }

    /** The server streams a transaction without changes, and leaves it out otherwise. */
    @Test
    void emptyTransactionEndsThoughItDoesNotComeAgain() {
        take(streamStart(), streamStop());
        assertThat(assembler.next(streamCommit(0x1000).buffer(), 0, 0)).isInstanceOf(TransactionSignal.Begin.class);
        assembler.connected(Lsn.of(0x100));

        assertThat(assembler.queued()).isInstanceOf(TransactionSignal.End.class);
        assertThat(take(begin(0x2000), relation("a"), insert("1"))).hasSize(2);
    }

    @Test
    void refusesAnEmptyMessage() {
        assertThatThrownBy(() -> assembler.next(Unpooled.EMPTY_BUFFER, 0, 0))
                .isInstanceOf(PgOutputDecodingException.class);
    }

    @Test
    void refusesATruncatedChangeOfAStreamedTransactionWithAnAbortedPart() {
        take(streamStart(), Frames.message('I').int8(0), streamStop());
        take(Frames.message('A').int32(XID).int32(XID + 1));

        assertRefused("1 remain", streamCommit(10));
    }
}
