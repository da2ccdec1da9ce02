package io.walex.reactive.event;

import static io.walex.reactive.event.TransactionFrames.XID;
import static io.walex.reactive.event.TransactionFrames.begin;
import static io.walex.reactive.event.TransactionFrames.commit;
import static io.walex.reactive.event.TransactionFrames.insert;
import static io.walex.reactive.event.TransactionFrames.prepare;
import static io.walex.reactive.event.TransactionFrames.relation;
import static io.walex.reactive.event.TransactionFrames.streamCommit;
import static io.walex.reactive.event.TransactionFrames.streamPrepare;
import static io.walex.reactive.event.TransactionFrames.streamStart;
import static io.walex.reactive.event.TransactionFrames.streamStop;
import static io.walex.reactive.event.TransactionFrames.streamed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import io.walex.reactive.pgoutput.Frames;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.pgoutput.PgOutputDecodingException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How transactions are put together, and what is refused because it is out of place. */
class TransactionAssemblerTests extends AssembledTransactions {

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

    @ParameterizedTest
    @ValueSource(chars = {'B', 'C', 'S', 'A', 'c', 'b', 'P', 'K', 'r', 'p', '?'})
    void refusesAllButChangesWithinAStreamedBlock(char type) {
        take(streamStart());

        assertRefused("within a streamed block", Frames.message(type));
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
