package io.walex.reactive.snapshot;

import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.SnapshotException;
import io.walex.reactive.failure.Failures;
import io.walex.reactive.server.Refusal;
import io.walex.reactive.server.ServerError;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What an error means to a snapshot. */
record SnapshotFailures(String snapshot, Supplier<WalExConfig> config) {

    /** Of a table, a column or a function that is not there, and of a cached plan that does not fit any more. */
    private static final List<String> OTHER_TABLE = List.of("42P01", "42703", "42883", "0A000");

    /** What a standby cancels for its replay, deadlocks, and what the server lacks for now. */
    private static final List<String> PASSING = List.of("40", "53", "58030");

    /** Whether another attempt may succeed: the connection was lost, or the server is not there. */
    boolean isPassing(Throwable error) {
        Refusal refusal = Refusal.of(error);
        return Failures.isRetryable(translated(error), true)
                || refusal != null && PASSING.stream().anyMatch(refusal.state()::startsWith);
    }

    /** Whether a table or column is not there, or not what it was. */
    static boolean isOtherTable(Throwable error) {
        return error instanceof ReplacedTable
                || error instanceof PromotedServer
                || error instanceof ServerError server && OTHER_TABLE.contains(server.sqlState());
    }

    /**
     * Why it ends.
     *
     * @param run null where it cannot begin
     */
    SnapshotException explained(@Nullable TableRun run, Throwable error) {
        if (error instanceof SnapshotException known) {
            return known;
        }
        Throwable cause = translated(error);
        return new SnapshotException(
                "Snapshot \"%s\" cannot %s: %s"
                        .formatted(snapshot, run == null ? "begin" : "go on with " + run.name(), cause.getMessage()),
                cause);
    }

    private Throwable translated(Throwable error) {
        WalExConfig used = config.get();
        return Failures.translate(error, used, used.slot().toString());
    }
}
