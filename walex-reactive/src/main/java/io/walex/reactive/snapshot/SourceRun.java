package io.walex.reactive.snapshot;

import io.walex.reactive.replication.SubscriptionLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * The ranges of one heap: those still to be read, those that are read or held, those that were delivered and are not
 * acknowledged. Confined to the subscription's event loop.
 */
final class SourceRun {

    /** Pages between two that are wanted, which are read with them. */
    private static final int NEAR = 8;

    private final TableRun run;
    private SourceTable table;
    private final ArrayDeque<TidRange> todo = new ArrayDeque<>();
    private final Set<TidRange> claimed = new LinkedHashSet<>();
    private final Set<TidRange> delivered = new LinkedHashSet<>();
    private final long pagesPerChunk;
    private int plan;

    SourceRun(TableRun run, SourceTable table, long pagesPerChunk, Collection<TidRange> ranges) {
        this.run = run;
        this.table = table;
        this.pagesPerChunk = pagesPerChunk;
        todo.addAll(ranges);
    }

    TableRun run() {
        return run;
    }

    SourceTable table() {
        return table;
    }

    /** Changes each time that ranges of before mean nothing any more. */
    int plan() {
        return plan;
    }

    /** The same heap with other columns. */
    void describe(SourceTable described) {
        table = described;
    }

    /** The heap was written anew: all of it has to be read again. */
    void restart(SourceTable rewritten, Collection<TidRange> ranges) {
        table = rewritten;
        plan++;
        todo.clear();
        claimed.clear();
        delivered.clear();
        todo.addAll(ranges);
    }

    /** The next range to be read; null when all are taken. */
    @Nullable
    TidRange claim() {
        TidRange next = todo.pollFirst();
        if (next == null) {
            return null;
        }
        long end = ((next.from() >>> TidRange.OFFSET_BITS) + pagesPerChunk) << TidRange.OFFSET_BITS;
        if (end < next.to()) {
            todo.addFirst(new TidRange(end, next.to()));
            next = new TidRange(next.from(), end);
        }
        claimed.add(next);
        return next;
    }

    /**
     * Narrows the ranges to pages that hold rows of the condition now, where the server finds them quickly. What matches later
     * has been changed, and is delivered as a change.
     */
    Mono<Void> list(ChunkConnection connection, String where, SubscriptionLoop loop) {
        if (!table.heap()) {
            return Mono.empty();
        }
        run.started = true;
        return connection
                .pages(table, where)
                .publishOn(loop.scheduler())
                .doOnNext(listed -> {
                    todo.clear();
                    todo.addAll(TidRange.ofPages(listed.pages(), NEAR));
                })
                .then();
    }

    /** A range has to be read after all, perhaps in parts. */
    void giveBack(TidRange range, List<TidRange> parts) {
        if (claimed.remove(range)) {
            for (int i = parts.size() - 1; i >= 0; i--) {
                todo.addFirst(parts.get(i));
            }
        }
    }

    void delivered(TidRange range) {
        if (claimed.remove(range)) {
            delivered.add(range);
        }
    }

    void acknowledged(TidRange range) {
        delivered.remove(range);
    }

    /** All of the heap, in ranges of a chunk. */
    List<TidRange> ranges() {
        List<TidRange> ranges = new ArrayList<>();
        for (long page = 0; page < table.pages(); page += pagesPerChunk) {
            ranges.add(TidRange.ofPages(page, Math.min(table.pages(), page + pagesPerChunk)));
        }
        return ranges;
    }

    boolean hasTodo() {
        return !todo.isEmpty();
    }

    /** Whether every range has been delivered. */
    boolean isRead() {
        return todo.isEmpty() && claimed.isEmpty();
    }

    /** How many pages were not delivered. */
    long pagesLeft() {
        return remaining().stream().mapToLong(TidRange::pages).sum();
    }

    /** What is left when all that was delivered is done with. */
    List<TidRange> remaining() {
        List<TidRange> ranges = new ArrayList<>(claimed);
        ranges.addAll(todo);
        return ranges;
    }

    /** What is left when only what was acknowledged is done with. */
    List<TidRange> unacknowledged() {
        List<TidRange> ranges = new ArrayList<>(delivered);
        ranges.addAll(remaining());
        return ranges;
    }
}
