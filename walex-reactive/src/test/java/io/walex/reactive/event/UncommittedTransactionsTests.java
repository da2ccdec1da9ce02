package io.walex.reactive.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.walex.reactive.pgoutput.Frames;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.pgoutput.PgOutputMessage.BeginPrepare;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UncommittedTransactionsTests {

    private static final int MEMORY = 10_000;

    @TempDir
    Path directory;

    private static Frames insert(int xid, int oid) {
        return Frames.message('I').int32(xid).int32(oid).letter('N').columns(0);
    }

    private static Frames relation(int oid, String name) {
        return Frames.message('R')
                .int32(oid)
                .string("public")
                .string(name)
                .letter('d')
                .int16(0);
    }

    private static BeginPrepare begin(String gid) {
        return new BeginPrepare(Lsn.of(1), Lsn.of(2), Instant.EPOCH, 7, gid);
    }

    private static String letters(TransactionSpill spill) {
        try (spill) {
            StringBuilder letters = new StringBuilder();
            TransactionSpill.Reader reader = spill.read();
            for (ByteBuf message = reader.next(); message != null; message = reader.next()) {
                letters.append((char) message.getByte(message.readerIndex()));
            }
            return letters.toString();
        }
    }

    private UncommittedTransactions uncommitted(SpillSpace space) {
        return new UncommittedTransactions(space);
    }

    @Test
    void keepsInterleavedTransactionsApart() {
        UncommittedTransactions uncommitted = uncommitted(new SpillSpace(directory, MEMORY));
        for (int xid : new int[] {7, 8, 7}) {
            uncommitted.streamStart(xid);
            uncommitted.receive(insert(xid, 1).buffer(), 0);
            uncommitted.streamStop();
        }
        assertThat(uncommitted.isReceiving()).isFalse();

        assertThat(letters(uncommitted.take(8))).isEqualTo("I");
        assertThat(letters(uncommitted.take(7))).isEqualTo("II");
        assertThat(uncommitted.isStreamed(7)).isFalse();
        assertThatThrownBy(() -> uncommitted.take(7)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void forgetsAbortedTransactionsAndPartsOfThem() {
        UncommittedTransactions uncommitted = uncommitted(new SpillSpace(directory, MEMORY));
        for (int xid : new int[] {7, 9}) {
            uncommitted.streamStart(xid);
            uncommitted.receive(insert(xid, 1).buffer(), 0);
            uncommitted.receive(insert(xid + 1, 1).buffer(), 0);
            uncommitted.streamStop();
        }

        uncommitted.streamAbort(7, 7);
        uncommitted.streamAbort(9, 10);
        uncommitted.streamAbort(11, 12);

        assertThat(uncommitted.isStreamed(7)).isFalse();
        assertThat(letters(uncommitted.take(9))).isEqualTo("I");
    }

    @Test
    void keepsWithAPreparedTransactionWhatItsRowsWereDescribedAs() {
        UncommittedTransactions uncommitted = uncommitted(new SpillSpace(directory, MEMORY));
        uncommitted.relation(relation(1, "one").buffer());
        uncommitted.relation(relation(2, "two").buffer());
        uncommitted.relation(relation(3, "unused").buffer());
        uncommitted.beginPrepare(begin("x"));
        Frames row = Frames.message('I').int32(1).letter('N').columns(0);
        uncommitted.receive(row.buffer(), 0);
        uncommitted.receive(row.buffer(), 0);
        uncommitted.receive(
                Frames.message('T').int32(2).int8(0).int32(1).int32(2).buffer(), 0);
        uncommitted.relation(relation(1, "renamed").buffer());
        uncommitted.receive(row.buffer(), 0);
        uncommitted.endPrepare();

        assertThat(letters(uncommitted.takePrepared("x", 7))).isEqualTo("RIIRTRI");
        assertThat(uncommitted.takePrepared("x", 7)).isNull();
    }

    @Test
    void knowsWhereARelationWasDescribedLast() {
        UncommittedTransactions uncommitted = uncommitted(new SpillSpace(directory, MEMORY));
        uncommitted.streamStart(7);
        uncommitted.receive(relation(1, "one").withXid(7).buffer(), 0);
        uncommitted.receive(relation(2, "two").withXid(7).buffer(), 0);
        uncommitted.streamStop();
        uncommitted.relation(relation(1, "changed").buffer());
        uncommitted.relation(relation(2, "changed").buffer());
        uncommitted.streamStart(7);
        uncommitted.receive(relation(2, "again").withXid(7).buffer(), 0);
        uncommitted.streamStop();

        try (TransactionSpill spill = uncommitted.take(7)) {
            assertThat(spill.describes(1)).isFalse();
            assertThat(spill.describes(2)).isTrue();
        }
    }

    @Test
    void givesAllMemoryAndFilesBack() throws IOException {
        SpillSpace space = new SpillSpace(directory, MEMORY);
        UncommittedTransactions uncommitted = uncommitted(space);
        for (int xid = 1; xid < 100; xid++) {
            uncommitted.streamStart(xid);
            for (int i = 0; i < 20; i++) {
                uncommitted.receive(insert(xid, 1).buffer(), 0);
            }
            uncommitted.streamStop();
        }
        uncommitted.prepared("x", 1, uncommitted.take(1));
        uncommitted.prepared("x", 1, uncommitted.take(99));
        uncommitted.beginPrepare(begin("y"));

        uncommitted.clear();
        uncommitted.clear();

        assertThat(uncommitted.isReceiving()).isFalse();
        assertThat(uncommitted.preparing()).isNull();
        assertThat(space.reserve(MEMORY)).isTrue();
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).isEmpty();
        }
    }
}
