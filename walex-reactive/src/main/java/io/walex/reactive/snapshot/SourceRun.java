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
        long first = next.from() >>> TidRange.OFFSET_BITS;
        long end = Math.min(first + pagesPerChunk, table.pages()) << TidRange.OFFSET_BITS;
        // Of a range without end, what lies behind the pages that were counted is one.
        if (first < table.pages() && end < next.to()) {
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
        // From here on no other page is read: what moves there is repaired.
        run.started = true;
        // First as a statement of its own kind, of which there can be no more than one.
        return connection
                .read(table, ChunkQuery.range(new TidRange(0, 1), where, Long.MAX_VALUE))
                .then(connection.pages(table, where))
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
        return TidRange.pages(table.pages(), (int) Math.min(pagesPerChunk, Integer.MAX_VALUE));
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
        return remaining().stream().mapToLong(this::pages).sum();
    }

    private long pages(TidRange range) {
        long first = range.from() >>> TidRange.OFFSET_BITS;
        return range.to() == Long.MAX_VALUE ? Math.max(0, table.pages() - first) : range.pages();
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
