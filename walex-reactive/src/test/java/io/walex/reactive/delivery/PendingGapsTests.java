package io.walex.reactive.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.event.SnapshotSlice;
import io.walex.reactive.event.TransactionSignal.Begin;
import io.walex.reactive.pgoutput.Lsn;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PendingGapsTests {

    private final PendingGaps gaps = new PendingGaps();
    private final List<String> seen = new ArrayList<>();

    private static Begin transaction(long lsn) {
        return new Begin(Lsn.of(lsn), Instant.EPOCH, 7, null);
    }

    private static Begin slice(long after, long id) {
        return new Begin(Lsn.of(after), Instant.EPOCH, new SnapshotSlice("initial", "public", "user", id, false, null));
    }

    private void deliver(Begin begin) {
        gaps.delivering(begin);
        seen.add((begin.slice() == null ? "transaction " : "slice after ")
                + begin.commitLsn().value());
    }

    private void gap() {
        gaps.add(() -> seen.add("gap"));
    }

    @Test
    void toldBeforeTheFirstTransactionBehindIt() {
        gaps.received(transaction(10));
        gap();
        gaps.received(transaction(20));
        deliver(transaction(10));
        deliver(transaction(20));

        assertThat(seen).containsExactly("transaction 10", "gap", "transaction 20");
    }

    /** The slices' LSNs are those of what came before the gap. */
    @Test
    void toldBeforeTheFirstSliceBehindIt() {
        gaps.received(transaction(10));
        gaps.received(slice(10, 1));
        gap();
        gaps.received(slice(10, 2));
        gaps.received(transaction(20));
        deliver(transaction(10));
        deliver(slice(10, 1));
        deliver(slice(10, 2));
        deliver(transaction(20));

        assertThat(seen).containsExactly("transaction 10", "slice after 10", "gap", "slice after 10", "transaction 20");
    }

    @Test
    void toldBeforeTheFirstTransactionWhenTheSliceWasLeftOut() {
        gaps.received(transaction(10));
        gap();
        gaps.received(slice(10, 1));
        gaps.received(transaction(20));
        deliver(transaction(10));
        deliver(transaction(20));

        assertThat(seen).containsExactly("transaction 10", "gap", "transaction 20");
    }

    /** Two slices that say the same LSN are not one. */
    @Test
    void notToldBeforeASliceOfBefore() {
        gaps.received(transaction(30));
        gap();
        gaps.received(transaction(20));
        deliver(transaction(30));
        deliver(slice(30, 1));
        deliver(transaction(20));

        assertThat(seen).containsExactly("transaction 30", "slice after 30", "gap", "transaction 20");
    }
}
