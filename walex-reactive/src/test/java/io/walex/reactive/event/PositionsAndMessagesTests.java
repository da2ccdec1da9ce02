package io.walex.reactive.event;

import static io.walex.reactive.event.TransactionFrames.TEXT;
import static io.walex.reactive.event.TransactionFrames.XID;
import static io.walex.reactive.event.TransactionFrames.begin;
import static io.walex.reactive.event.TransactionFrames.commit;
import static io.walex.reactive.event.TransactionFrames.insert;
import static io.walex.reactive.event.TransactionFrames.insertInto;
import static io.walex.reactive.event.TransactionFrames.message;
import static io.walex.reactive.event.TransactionFrames.relation;
import static io.walex.reactive.event.TransactionFrames.streamAbort;
import static io.walex.reactive.event.TransactionFrames.streamCommit;
import static io.walex.reactive.event.TransactionFrames.streamPrepare;
import static io.walex.reactive.event.TransactionFrames.streamStart;
import static io.walex.reactive.event.TransactionFrames.streamStop;
import static io.walex.reactive.event.TransactionFrames.streamed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walex.reactive.pgoutput.Frames;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.pgoutput.PgOutputDecodingException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where changes have their positions, and logical messages their place between them. */
class PositionsAndMessagesTests extends AssembledTransactions {

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
}
