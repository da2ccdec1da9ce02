package io.walex.reactive.snapshot;

import io.walex.reactive.snapshot.Visibility.Seen;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Merges chunks of a table's rows into the stream of its changes, so that at each transaction boundary the rows which were
 * emitted, and changed since, equal the table at that commit.
 *
 * <p>A chunk is opened before it is read. It is usable if its snapshot shows every transaction that was delivered until then;
 * commits become visible later than they are in the WAL, so this is not a matter of LSNs. It is emitted when all that its
 * snapshot shows has been delivered. So the changes delivered from its opening to its emission lead from a state that is no
 * newer than its rows to one that is no older: a row that none of them changed is as it was read, and one that some of them
 * changed is emitted with the columns that they left out, or not at all. Whether the snapshot shows these changes makes no
 * difference.
 *
 * <p>A change may leave out unchanged columns of a row that the subscriber was never given. Such rows are on a repair list
 * until they are given whole. When all ranges were read, rows on the list are read as further chunks, and the list only
 * shrinks.
 *
 * <p>Without an open chunk, a change costs a look-up in the repair list.
 *
 * @param <K> tells rows apart
 * @param <R> a row
 */
final class GatedChunks<K, R> {

    /** What changes may take while a chunk is on its way; some 40,000 rows if they are complete. */
    private static final long MOST_BYTES = 8 << 20;

    /** So many transactions may be delivered until a snapshot shows the first of them, at 12 bytes each. */
    private static final int MOST_DELIVERED = 100_000;

    enum Arrival {
        USABLE,
        /** The snapshot does not surely show all that was delivered: read again, a little later. */
        TOO_EARLY,
        /** Read again. */
        VOID
    }

    /** A chunk from before it is read until its rows were emitted. */
    static final class Chunk {

        private final long opened;
        private final DeliveredTransactions delivered;
        private @Nullable Visibility visibility;
        private boolean isOpen = true;
        private boolean isShapedAnew;

        /** The stream must have passed this LSN. */
        private long target;

        private Chunk(long opened, DeliveredTransactions delivered) {
            this.opened = opened;
            this.delivered = delivered;
        }

        /**
         * The rows have a shape that the stream has not told yet. Whoever alters a table waits for all who change its rows. So
         * these rows show all changes of the shape that the stream told last.
         */
        void shapedAnew() {
            isShapedAnew = true;
        }

        /** What the stream must have passed; unsigned. */
        long target() {
            return target;
        }

        /** All that the chunk's snapshot shows is known to have committed before this LSN. */
        void target(long lsn) {
            target = lsn;
        }
    }

    private final long mostBytes;
    private final ChangedRows<K, R> changes;
    private final Set<K> repairs = new LinkedHashSet<>();
    private final DeliveredTransactions delivered;

    /** In the order in which they were opened. */
    private final Deque<Chunk> open = new ArrayDeque<>();

    private boolean rangesAreDone;
    private long repairsAdded;
    private long reached;

    /** The transaction that is being delivered. */
    private int xid;

    private long commitLsn;

    /** Counts what happens while chunks are open. */
    private long now;

    private long truncatedAt;

    /**
     * Merges nothing yet.
     *
     * @param fill of a newer and an older row of one shape: the newer one with its unchanged columns taken from the older one
     * @param size of a row in bytes
     */
    GatedChunks(BinaryOperator<R> fill, ToIntFunction<R> size) {
        this(fill, size, MOST_BYTES, MOST_DELIVERED);
    }

    GatedChunks(BinaryOperator<R> fill, ToIntFunction<R> size, long mostBytes, int mostDelivered) {
        this.changes = new ChangedRows<>(fill, size);
        this.mostBytes = mostBytes;
        this.delivered = new DeliveredTransactions(mostDelivered);
    }

    /** A transaction begins, or the first of its changes of this table follows. */
    void begin(int xid, long commitLsn) {
        this.xid = xid;
        this.commitLsn = commitLsn;
        delivered.add(xid, commitLsn);
    }

    /**
     * A row was inserted, or updated under its key.
     *
     * @param complete false when unchanged columns were left out
     */
    void upsert(K key, R row, boolean complete) {
        if (complete) {
            given(key);
            return;
        }
        if (!rangesAreDone && !changes.isWhole(key)) {
            repair(key);
        }
        if (!open.isEmpty()) {
            changes.changed(key, row, ++now);
            limit();
        }
    }

    /** A row has come to be one of those that are told, by an update whose unchanged columns were left out. */
    void appeared(K key, R row) {
        repair(key);
        if (!open.isEmpty()) {
            changes.moved(key, row, ++now);
            limit();
        }
    }

    /** A row was updated and has another key now. */
    void rekey(K old, K key, R row, boolean complete) {
        boolean whole = complete || changes.isWhole(old) || rangesAreDone && !repairs.contains(old);
        delete(old);
        if (whole) {
            given(key);
            return;
        }
        repair(key);
        if (!open.isEmpty()) {
            changes.moved(key, row, ++now);
            limit();
        }
    }

    void delete(K key) {
        repairs.remove(key);
        if (!open.isEmpty()) {
            changes.gone(key, ++now);
            limit();
        }
    }

    /** The subscriber has all columns of a row. */
    private void given(K key) {
        repairs.remove(key);
        if (!open.isEmpty()) {
            changes.whole(key, ++now);
            limit();
        }
    }

    void truncate() {
        repairs.clear();
        changes.clear();
        truncatedAt = ++now;
    }

    /** Something has changed in a table whose rows cannot be told apart: only a chunk that surely shows it is of use. */
    void touched() {
        for (Chunk chunk : List.copyOf(open)) {
            if (chunk.visibility == null) {
                chunk.delivered.addUnlessLast(xid, commitLsn);
            } else if (chunk.visibility.of(xid, commitLsn) != Seen.YES) {
                close(chunk);
            }
        }
    }

    /** The table is described otherwise from here on: what was read before is void. */
    void reshaped() {
        open.forEach(chunk -> chunk.isOpen = false);
        open.clear();
        changes.clear();
    }

    /** The transactions that committed before this LSN have been delivered. */
    void reached(long lsn) {
        if (Long.compareUnsigned(lsn, reached) > 0) {
            reached = lsn;
        }
    }

    /** To be called before the transaction begins in which the chunk is read. */
    Chunk open() {
        Chunk chunk = new Chunk(now, delivered.copy());
        open.add(chunk);
        return chunk;
    }

    /** The chunk has been read. Unless it is usable, it is done with. */
    Arrival arrived(Chunk chunk, Visibility visibility) {
        shown(visibility);
        if (isVoid(chunk)) {
            return Arrival.VOID;
        }
        if (!chunk.delivered.areShownBy(visibility)) {
            close(chunk);
            return Arrival.TOO_EARLY;
        }
        chunk.visibility = visibility;
        chunk.target = visibility.target();
        return Arrival.USABLE;
    }

    /** A snapshot of the same server, of this table's chunk or any other, was taken before now. */
    void shown(Visibility visibility) {
        delivered.forgetShownBy(visibility);
    }

    /** Whether the chunk may be emitted, between two transactions. */
    boolean isReady(Chunk chunk) {
        return chunk.isOpen && chunk.visibility != null && Long.compareUnsigned(reached, chunk.target) >= 0;
    }

    /**
     * Whether the chunk has to be read again, since the table has another shape, or more was changed meanwhile than can be
     * kept. A smaller one is on its way for a shorter time.
     */
    boolean isVoid(Chunk chunk) {
        return !chunk.isOpen;
    }

    /** Whether each row of a chunk that is ready is {@linkplain #take taken} as it was read, whatever its key. */
    boolean isAsRead(Chunk chunk) {
        return changes.isEmpty() && repairs.isEmpty() && truncatedAt <= chunk.opened && isReady(chunk);
    }

    /**
     * What to emit for a row of a chunk that is ready; null for nothing. What is returned has to be emitted before the next
     * transaction.
     */
    @Nullable
    R take(Chunk chunk, K key, R row) {
        if (!isReady(chunk)) {
            throw new IllegalStateException("The chunk is not ready, or void");
        }
        R current = truncatedAt > chunk.opened ? null : changes.current(key, row, chunk.opened, !chunk.isShapedAnew);
        if (current != null) {
            repairs.remove(key);
        }
        return current;
    }

    /** All rows of the chunk were taken. */
    void done(Chunk chunk) {
        close(chunk);
    }

    /** The chunk is of no use any more. */
    void discard(Chunk chunk) {
        close(chunk);
    }

    private void close(Chunk chunk) {
        if (!chunk.isOpen) {
            return;
        }
        chunk.isOpen = false;
        open.remove(chunk);
        Chunk oldest = open.peekFirst();
        if (oldest == null) {
            changes.clear();
        } else {
            changes.forgetUntil(oldest.opened);
        }
    }

    private void limit() {
        while (changes.bytes() > mostBytes) {
            close(open.getFirst());
        }
    }

    /** All rows of all ranges were taken. */
    void rangesDone() {
        rangesAreDone = true;
    }

    /**
     * Ranges are read once more.
     *
     * @param sameKeys false when rows are told apart otherwise from here on, by keys that say nothing of those of before
     */
    void rangesAgain(boolean sameKeys) {
        rangesAreDone = false;
        if (!sameKeys) {
            repairs.clear();
        }
    }

    /** How many rows have to be read for columns that were left out. */
    int repairs() {
        return repairs.size();
    }

    /** Some of the rows that have to be read again, when all ranges were. */
    List<K> repairsToRead(int max) {
        return repairs.stream().limit(max).toList();
    }

    /**
     * The rows of these keys were asked for, and those that there are were taken. A row that was not found is not one of the
     * snapshot's, or is no more; but its key may be that of another row since.
     */
    void repaired(Chunk chunk, Collection<K> asked) {
        if (!isReady(chunk)) {
            throw new IllegalStateException("The chunk is not ready, or void");
        }
        for (K key : asked) {
            if (!changes.isOtherSince(key, chunk.opened)) {
                repairs.remove(key);
            }
        }
    }

    private void repair(K key) {
        if (repairs.add(key)) {
            repairsAdded++;
        }
    }

    /** How many keys the stream has put on the repair list. */
    long repairsAdded() {
        return repairsAdded;
    }

    /** The repair list as it is now. */
    Collection<K> repairList() {
        return List.copyOf(repairs);
    }

    /** Goes on with the repair list of an earlier process. */
    void restore(Collection<K> keys) {
        repairs.addAll(keys);
    }
}
