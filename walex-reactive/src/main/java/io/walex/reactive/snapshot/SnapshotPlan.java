package io.walex.reactive.snapshot;

import io.walex.reactive.snapshot.SnapshotProgress.Key;
import io.walex.reactive.snapshot.SnapshotProgress.SourceProgress;
import io.walex.reactive.snapshot.SnapshotProgress.TableProgress;
import io.walex.reactive.snapshot.SnapshotReports.TableCount;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The tables of a snapshot, and how far each is: what is left is planned from what was saved. */
final class SnapshotPlan {

    private final List<TableRun> runs;

    private SnapshotPlan(List<TableRun> runs) {
        this.runs = runs;
    }

    /**
     * Plans.
     *
     * @param sources what the tables are read from now
     * @param saved null where nothing was saved that holds for this server
     * @param chunkBytes of the pages of a chunk
     */
    static SnapshotPlan of(List<SourceTable> sources, @Nullable SnapshotProgress saved, int chunkBytes) {
        Map<Integer, List<SourceTable>> tables = new LinkedHashMap<>();
        sources.forEach(source -> tables.computeIfAbsent(source.relation().oid(), oid -> new ArrayList<>())
                .add(source));
        List<TableRun> runs = new ArrayList<>();
        tables.values().forEach(heaps -> runs.add(run(heaps, savedOf(heaps.get(0), saved), chunkBytes)));
        return new SnapshotPlan(runs);
    }

    private static @Nullable TableProgress savedOf(SourceTable table, @Nullable SnapshotProgress saved) {
        return saved == null
                ? null
                : saved.tables().stream()
                        .filter(each -> each.schema().equals(table.relation().schema())
                                && each.table().equals(table.relation().name()))
                        .findFirst()
                        .orElse(null);
    }

    private static TableRun run(List<SourceTable> heaps, @Nullable TableProgress saved, int chunkBytes) {
        TableRun run = new TableRun(heaps.get(0));
        // Nothing was planned of it, or rows were told apart otherwise.
        boolean known = saved != null
                && (saved.completed() || !saved.sources().isEmpty() && saved.key().equals(run.keyText()));
        if (saved != null && !known) {
            TableRun again = run(heaps, null, chunkBytes);
            again.attempt = saved.attempt() + (saved.sources().isEmpty() ? 0 : 1);
            return again;
        }
        if (saved != null) {
            run.started = true;
            run.attempt = saved.attempt();
            run.rows = saved.rows();
            run.bytes = saved.bytes();
            run.completed = saved.completed();
            run.completedAcknowledged = saved.completed();
        }
        boolean rewritten = false;
        for (SourceTable heap : heaps) {
            Optional<SourceProgress> before = saved == null ? Optional.empty() : savedOf(heap, saved);
            boolean goesOn = before.isPresent() && !run.isKeyless();
            rewritten |= saved != null && !goesOn;
            run.sources().add(source(run, heap, goesOn ? before.get() : null, chunkBytes));
        }
        if (rewritten && !run.completed) {
            run.attempt++;
        }
        if (saved != null && !run.completed) {
            run.merge()
                    .restore(saved.sources().stream()
                            .flatMap(source -> source.repairs().stream())
                            .map(key -> RowKey.ofBytes(key.bytes()))
                            .toList());
        }
        if (run.isRead()) {
            run.merge().rangesDone();
        }
        return run;
    }

    /** Where pages are the same places as then. */
    private static Optional<SourceProgress> savedOf(SourceTable heap, TableProgress saved) {
        return saved.sources().stream()
                .filter(each -> each.oid() == heap.oid() && each.filenode() == heap.filenode())
                .findFirst();
    }

    /**
     * What is left of a heap.
     *
     * @param saved null for all
     */
    static SourceRun source(TableRun run, SourceTable heap, @Nullable SourceProgress saved, int chunkBytes) {
        Key cursor = saved == null ? null : saved.cursor();
        return new SourceRun(
                run,
                heap,
                pagesPerChunk(heap, chunkBytes),
                saved == null ? all() : saved.remaining(),
                cursor == null ? null : RowKey.ofBytes(cursor.bytes()));
    }

    /** Without an end: until the first chunk is read, rows may move behind the pages that there are. */
    static List<TidRange> all() {
        return List.of(new TidRange(0, Long.MAX_VALUE));
    }

    /** Values that are stored out of line count as if they lay among the pages. */
    private static long pagesPerChunk(SourceTable heap, int chunkBytes) {
        long bytesPerPage = Math.max(heap.blockSize(), heap.bytes() / Math.max(1, heap.pages()));
        return Math.max(1, chunkBytes / bytesPerPage);
    }

    List<TableRun> runs() {
        return runs;
    }

    boolean isOver() {
        return runs.stream().allMatch(TableRun::isOver);
    }

    /** The heaps of tables of which nothing was read. */
    List<SourceRun> unread() {
        return runs.stream()
                .filter(run -> !run.isOver() && !run.started)
                .flatMap(run -> run.sources().stream())
                .toList();
    }

    /** The heaps that are read, of tables that are not over. */
    List<SourceRun> sources() {
        return runs.stream()
                .filter(run -> !run.isOver())
                .flatMap(run -> run.sources().stream())
                .toList();
    }

    /**
     * What is to be saved.
     *
     * @param acknowledged whether only what was acknowledged counts as done, else all that was delivered
     */
    List<TableProgress> progress(boolean acknowledged) {
        return runs.stream().map(run -> progress(run, acknowledged)).toList();
    }

    private static TableProgress progress(TableRun run, boolean acknowledged) {
        boolean completed = acknowledged ? run.completedAcknowledged : run.completed;
        List<SourceProgress> sources = new ArrayList<>();
        // Of one that was not begun, nothing need be known.
        if (!completed && run.started) {
            for (SourceRun source : run.sources()) {
                SourceTable table = source.table();
                sources.add(new SourceProgress(
                        table.oid(),
                        table.filenode(),
                        table.pages(),
                        source.remaining(acknowledged),
                        key(source.place(acknowledged)),
                        sources.isEmpty() ? keys(run, acknowledged) : List.of()));
            }
        }
        return new TableProgress(
                run.relation().schema(), run.relation().name(), run.keyText(), run.attempt, completed, run.rows, run.bytes, sources);
    }

    private static @Nullable Key key(@Nullable RowKey place) {
        return place == null ? null : Key.of(place.bytes());
    }

    private static List<Key> keys(TableRun run, boolean acknowledged) {
        return run.repairs(acknowledged).stream()
                .map(key -> Key.of(key.bytes()))
                .toList();
    }

    /** For those who want to see how far it is; sizes are in pages. */
    List<TableCount> counts() {
        return runs.stream()
                .map(run -> new TableCount(
                        run.relation().schema(),
                        run.relation().name(),
                        run.attempt,
                        run.completed,
                        run.rows,
                        run.bytes,
                        run.pages() - run.pagesLeft(),
                        run.pages()))
                .toList();
    }
}
