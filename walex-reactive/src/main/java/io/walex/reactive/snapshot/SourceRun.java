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
    /** As configured. */
    private final long mostPages;

    /** As many as are through in time. */
    private long pagesPerChunk;
    /** Of a table without pages that is not read. */
    private @Nullable KeyCursor cursor;

    private int plan;

    SourceRun(
            TableRun run, SourceTable table, long pagesPerChunk, Collection<TidRange> ranges, @Nullable RowKey after) {
        this.run = run;
        this.table = table;
        this.mostPages = pagesPerChunk;
        this.pagesPerChunk = pagesPerChunk;
        if (table.heap()) {
            todo.addAll(ranges);
        } else if (!ranges.isEmpty()) {
            cursor = new KeyCursor(run::keyOf, after);
        }
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
        if (table.heap()) {
            todo.addAll(ranges);
        } else {
            cursor = new KeyCursor(run::keyOf, null);
        }
    }

    /** What is to be read next; null when all is taken, or waits for what is. */
    @Nullable
    Portion claim() {
        if (cursor != null) {
            return cursor.claim();
        }
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
        return new Portion.Pages(this, next);
    }

    /**
     * Narrows the ranges to pages that hold rows of the condition now, where the server finds them quickly. What matches later
     * has been changed, and is delivered as a change.
     */
    Mono<Void> list(ChunkConnection connection, String where, SubscriptionLoop loop) {
        if (!table.heap()) {
            return Mono.empty();
        }
        return Mono.defer(() -> {
            // From here on no other page is read: what moves there is repaired.
            run.started = true;
            GatedChunks.Chunk listing = run.merge().open();
            // First as a statement of its own kind, of which there can be no more than one.
            return connection
                    .read(table, ChunkQuery.range(new TidRange(0, 1), where, Long.MAX_VALUE))
                    .then(connection.pages(table, where))
                    .publishOn(loop.scheduler())
                    .doOnNext(listed -> narrow(listing, listed))
                    .doFinally(signal -> loop.run(() -> run.merge().discard(listing)))
                    .then();
        });
    }

    /** Not where the listing misses a transaction that was delivered, which may have moved a row from or to a page of it. */
    private void narrow(GatedChunks.Chunk listing, ListedPages listed) {
        boolean usable = run.merge().arrived(listing, listed.visibility()) == GatedChunks.Arrival.USABLE;
        if (usable && listed.filenode() == table.filenode()) {
            todo.clear();
            todo.addAll(TidRange.ofPages(listed.pages(), NEAR));
        }
    }

    /** A chunk was too large, or took too long. */
    void readLess() {
        pagesPerChunk = Math.max(1, pagesPerChunk / 2);
    }

    /** A chunk was through quickly. */
    void readMore() {
        pagesPerChunk = Math.min(mostPages, 2 * pagesPerChunk);
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

    /** Whether every range has been delivered. */
    boolean isRead() {
        return cursor != null ? cursor.isEnded() : todo.isEmpty() && claimed.isEmpty();
    }

    /** How many pages were not delivered. */
    long pagesLeft() {
        return remaining(false).stream().mapToLong(this::pages).sum();
    }

    private long pages(TidRange range) {
        long first = range.from() >>> TidRange.OFFSET_BITS;
        return range.to() == Long.MAX_VALUE ? Math.max(0, table.pages() - first) : range.pages();
    }

    /**
     * What is left to be read.
     *
     * @param acknowledged whether only what was acknowledged counts as done, else all that was delivered
     */
    List<TidRange> remaining(boolean acknowledged) {
        if (cursor != null) {
            return cursor.isEnded(acknowledged) ? List.of() : SnapshotPlan.all();
        }
        List<TidRange> ranges = new ArrayList<>(claimed);
        ranges.addAll(todo);
        if (acknowledged) {
            ranges.addAll(delivered);
        }
        return ranges;
    }

    /** The key behind which rows are left; null where they are not read by key, or none is done with. */
    @Nullable
    RowKey place(boolean acknowledged) {
        return cursor == null ? null : cursor.place(acknowledged);
    }
}
