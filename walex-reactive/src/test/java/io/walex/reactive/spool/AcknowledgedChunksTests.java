package io.walex.reactive.spool;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.event.SnapshotSlice;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.spool.AcknowledgedChunks.Ending;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AcknowledgedChunksTests {

    private final AcknowledgedChunks chunks = new AcknowledgedChunks();

    private static SnapshotSlice slice(long id) {
        return new SnapshotSlice("initial", "public", "user", id, false, null);
    }

    private void add(long chunk, long end, @Nullable SnapshotSlice slice) {
        chunks.add(new Ending(Lsn.of(end), slice, position(chunk)));
    }

    private static SpoolPosition position(long chunk) {
        return new SpoolPosition(chunk, Lsn.of(1));
    }

    /** One transaction, two slices behind it, which say its end, and the next transaction. */
    private void transactionSliceSliceTransaction() {
        add(0, 10, null);
        add(1, 10, slice(1));
        add(2, 10, slice(2));
        add(3, 20, null);
    }

    @Test
    void aTransactionDoesNotTakeTheSlicesBehindIt() {
        transactionSliceSliceTransaction();

        assertThat(chunks.upTo(Lsn.of(10))).isEqualTo(position(0));
        assertThat(chunks.upTo(Lsn.of(10))).isNull();
        assertThat(chunks.upTo(slice(1))).isEqualTo(position(1));
        assertThat(chunks.upTo(Lsn.of(10))).isNull();
        assertThat(chunks.upTo(slice(2))).isEqualTo(position(2));
        assertThat(chunks.upTo(Lsn.of(20))).isEqualTo(position(3));
    }

    @Test
    void aTransactionTakesTheSlicesBeforeIt() {
        transactionSliceSliceTransaction();

        assertThat(chunks.upTo(Lsn.of(20))).isEqualTo(position(3));
        assertThat(chunks.upTo(slice(2))).isNull();
    }

    @Test
    void aSliceTakesWhatIsBeforeIt() {
        transactionSliceSliceTransaction();

        assertThat(chunks.upTo(slice(2))).isEqualTo(position(2));
        assertThat(chunks.upTo(Lsn.of(10))).isNull();
        assertThat(chunks.upTo(Lsn.of(20))).isEqualTo(position(3));
    }

    @Test
    void aSliceThatIsNotThereTakesNothing() {
        transactionSliceSliceTransaction();

        assertThat(chunks.upTo(slice(7))).isNull();
        assertThat(chunks.upTo(Lsn.of(9))).isNull();
        assertThat(chunks.upTo(slice(1))).isEqualTo(position(1));
    }
}
