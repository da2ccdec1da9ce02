package io.walex.reactive.spool;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.SampleEvents;
import io.walex.reactive.event.SnapshotSlice;
import io.walex.reactive.event.SnapshotSummary;
import io.walex.reactive.event.TransactionSignal;
import io.walex.reactive.event.TransactionSignal.Begin;
import io.walex.reactive.event.TransactionSignal.End;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.pgoutput.ReplicaIdentity;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

/** Slices of snapshots, which have no LSNs of their own, between the transactions of a spool. */
class SpooledSlicesTests {

    private static final long LIMIT = 1 << 20;

    @TempDir
    Path directory;

    private final SampleEvents users = SampleEvents.of("user", ReplicaIdentity.DEFAULT);

    private List<TransactionSignal> transaction(long lsn) {
        Begin begin = new Begin(Lsn.of(lsn), Instant.EPOCH, (int) lsn, null);
        Event event = users.nextTransaction(begin).insert(String.valueOf(lsn), "new", null);
        return List.of(begin, event, end(begin));
    }

    private static SnapshotSlice slice(long id) {
        return new SnapshotSlice("initial", "public", "user", id, false, "progress " + id);
    }

    /** Of rows with this value, behind the transaction of this LSN. */
    private List<TransactionSignal> slice(long after, long id, String value, int rows) {
        Begin begin = new Begin(Lsn.of(after), Instant.EPOCH, slice(id));
        users.nextTransaction(begin);
        List<TransactionSignal> signals = new ArrayList<>(List.of(begin));
        for (int i = 1; i <= rows; i++) {
            signals.add(users.read(String.valueOf(i), value, null));
        }
        signals.add(end(begin));
        return signals;
    }

    private List<TransactionSignal> completed(long after, long id) {
        Begin begin = new Begin(Lsn.of(after), Instant.EPOCH, slice(id));
        Event event = users.nextTransaction(begin).completed(new SnapshotSummary("initial", 1, 1, 1));
        return List.of(begin, event, end(begin));
    }

    private static End end(Begin begin) {
        return new End(begin, Lsn.of(begin.commitLsn().value() + 8));
    }

    /** A transaction, rows, the end of their snapshot, another transaction. */
    private List<List<TransactionSignal>> history() {
        return List.of(transaction(10), slice(10, 1, "old", 1), completed(10, 2), transaction(20));
    }

    private SpoolRun run(List<List<TransactionSignal>> signals) {
        return run(DiskSpool.in(directory), signals);
    }

    private static SpoolRun run(DiskSpool spool, List<List<TransactionSignal>> signals) {
        return new SpoolRun(
                spool,
                Flux.fromIterable(signals).concatMapIterable(each -> each).concatWith(Flux.never()));
    }

    private static List<String> names(List<TransactionSignal> signals) {
        return signals.stream()
                .filter(signal -> !(signal instanceof End))
                .map(SpooledSlicesTests::name)
                .toList();
    }

    private static String name(TransactionSignal signal) {
        if (signal instanceof Event event) {
            return event.type().jsonName();
        }
        Begin begin = (Begin) signal;
        SnapshotSlice slice = begin.slice();
        return slice == null ? "T" + begin.commitLsn().value() : "S" + slice.id() + " " + slice.progress();
    }

    private static final String[] HISTORY = {
        "T10", "insert", "S1 progress 1", "read", "S2 progress 2", "snapshot_completed", "T20", "insert"
    };

    @Test
    void comeInTheirPlacesAndAreNotConfirmed() throws InterruptedException {
        try (SpoolRun run = run(history())) {
            assertThat(names(run.take(12))).containsExactly(HISTORY);
            await().atMost(PATIENCE).until(() -> run.confirmed().contains(Lsn.of(28)));
            assertThat(run.confirmed()).allMatch(List.of(Lsn.of(18), Lsn.of(28))::contains);
        }
    }

    @Test
    void comeAgainInTheirPlacesAsLongAsTheyAreNotAcknowledged() throws InterruptedException {
        try (SpoolRun run = run(history())) {
            run.take(12);
        }
        try (SpoolRun run = run(List.of())) {
            assertThat(names(run.take(12))).containsExactly(HISTORY);
            run.acknowledge(Lsn.of(18));
        }
        try (SpoolRun run = run(List.of())) {
            assertThat(names(run.take(9))).containsExactly(Arrays.copyOfRange(HISTORY, 2, 8));
            run.acknowledge(slice(1));
            run.acknowledge(Lsn.of(18));
        }
        try (SpoolRun run = run(List.of())) {
            assertThat(names(run.take(6))).containsExactly(Arrays.copyOfRange(HISTORY, 4, 8));
            run.acknowledge(slice(2));
        }
        try (SpoolRun run = run(List.of())) {
            assertThat(names(run.take(3))).containsExactly("T20", "insert");
            run.acknowledge(Lsn.of(28));
        }
        try (SpoolRun run = run(List.of(transaction(30)))) {
            assertThat(names(run.take(3))).containsExactly("T30", "insert");
        }
    }

    @Test
    void anAcknowledgedTransactionBehindThemAcknowledgesThem() throws InterruptedException {
        try (SpoolRun run = run(history())) {
            run.take(12);
            run.acknowledge(Lsn.of(28));
        }
        try (SpoolRun run = run(List.of(transaction(30)))) {
            assertThat(names(run.take(3))).containsExactly("T30", "insert");
        }
    }

    /** A process that has received no transaction yet names none. What it stores must not let older ones in again. */
    @Test
    void whatTheySayOfTheTransactionBeforeThemDoesNotMatter() throws InterruptedException {
        try (SpoolRun run = run(history())) {
            run.take(12);
            run.acknowledge(Lsn.of(28));
        }
        try (SpoolRun run = run(List.of(slice(0, 1, "old", 1)))) {
            assertThat(names(run.take(3))).containsExactly("S1 progress 1", "read");
            run.acknowledge(slice(1));
        }
        try (SpoolRun run = run(List.of(transaction(10), transaction(20), transaction(30)))) {
            assertThat(names(run.take(3))).containsExactly("T30", "insert");
            await().atMost(PATIENCE).until(() -> run.confirmed().contains(Lsn.of(38)));
        }
    }

    @Test
    void oneThatHadNotComeWholeIsForgotten() throws InterruptedException {
        List<TransactionSignal> cut = slice(10, 1, "x".repeat(1000), 1000);
        try (SpoolRun run = run(List.of(transaction(10), cut.subList(0, 900)))) {
            assertThat(names(run.take(200))).startsWith("T10", "insert", "S1 progress 1", "read");
            run.acknowledge(Lsn.of(18));
        }
        try (SpoolRun run = run(List.of(slice(0, 1, "new", 1), transaction(20)))) {
            List<TransactionSignal> signals = run.take(6);
            assertThat(names(signals)).containsExactly("S1 progress 1", "read", "T20", "insert");
            assertThat(((Event) signals.get(1)).newRecord().getText("name")).isEqualTo("new");
        }
    }

    /** They would come out behind changes that they do not show. */
    @Test
    void areRefusedBetweenTransactionsThatWereStoredBefore() throws InterruptedException {
        try (SpoolRun run = run(history())) {
            run.take(12);
        }
        try (SpoolRun run = run(List.of(transaction(10), slice(10, 3, "old", 1), transaction(20)))) {
            assertThat(run.failure())
                    .isInstanceOf(SpoolException.class)
                    .hasMessageContaining("holds transactions up to 0/14, and slice 3 of snapshot \"initial\"")
                    .hasMessageContaining("came behind that of 0/A already; subscribe again");
        }
        try (SpoolRun run = run(List.of(transaction(20), slice(20, 3, "new", 1)))) {
            assertThat(names(run.take(15))).startsWith(HISTORY).endsWith("S3 progress 3", "read");
        }
    }

    /** Rows of several times the limit, without any change between them. */
    @Test
    void passThroughAFullSpoolUntilTheyAreAcknowledged() throws InterruptedException {
        DiskSpool spool = DiskSpool.in(directory).maxBytes(LIMIT);
        int slices = 8;
        List<List<TransactionSignal>> signals = new ArrayList<>(List.of(transaction(10)));
        for (int id = 1; id <= slices; id++) {
            signals.add(slice(10, id, "x".repeat(1000), 500));
        }
        signals.add(transaction(20));
        try (SpoolRun run = run(spool, signals)) {
            run.take(3 + slices * 502 + 3);
            run.acknowledge(Lsn.of(18));
            for (int id = 1; id < slices; id++) {
                run.acknowledge(slice(id));
            }
            assertThat(run.confirmed()).doesNotContain(Lsn.of(28));
        }
        // Of the last ones some passed through: the server sends transactions again, and rows are read again.
        try (SpoolRun run = run(spool, List.of(transaction(20), slice(20, 1, "again", 1), transaction(30)))) {
            List<String> names = new ArrayList<>();
            while (!names.contains("T30")) {
                names.addAll(names(run.take(1)));
            }
            assertThat(names).endsWith("T20", "insert", "S1 progress 1", "read", "T30");
        }
    }
}
