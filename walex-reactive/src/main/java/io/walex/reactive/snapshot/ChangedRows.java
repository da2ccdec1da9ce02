package io.walex.reactive.snapshot;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Rows that were changed while chunks are on their way, each as it is now for who was given all changes. Times are those of a
 * counter.
 */
final class ChangedRows<K, R> {

    /** What the subscriber has of a row. */
    private enum Has {
        /** All of it. */
        ALL,
        /** All of it, or only what is {@link Change#newest}. */
        CHANGED_COLUMNS,
        /** Nothing: it is not there. */
        NONE
    }

    /** What a row costs here beside its columns: its key, and the place in the map. */
    static final int ROW_BYTES = 200;

    private static final class Change<R> {

        Has has;

        /** Of the last change. */
        long at;

        /** Whoever read the row before it may have read another one of the same key. */
        long since;

        /** Without the columns that have not changed since that time. */
        @Nullable
        R newest;

        int bytes;

        Change(Has has) {
            this.has = has;
        }
    }

    /** By the time of their last change. */
    private final Map<K, Change<R>> changes = new LinkedHashMap<>();

    private final BinaryOperator<R> fill;
    private final ToIntFunction<R> size;
    private long bytes;

    ChangedRows(BinaryOperator<R> fill, ToIntFunction<R> size) {
        this.fill = fill;
        this.size = size;
    }

    /** The subscriber was given all columns. */
    void whole(K key, long now) {
        settle(key, Has.ALL, now);
    }

    void gone(K key, long now) {
        settle(key, Has.NONE, now);
    }

    private void settle(K key, Has has, long now) {
        Change<R> change = remove(key);
        if (change == null) {
            change = new Change<>(has);
        }
        change.has = has;
        change.newest = null;
        put(key, change, now);
    }

    /** The subscriber was given all columns but those that have not changed. */
    void changed(K key, R row, long now) {
        Change<R> change = remove(key);
        if (change == null) {
            change = new Change<>(Has.CHANGED_COLUMNS);
            change.newest = row;
        } else if (change.has == Has.CHANGED_COLUMNS) {
            R newest = change.newest;
            change.newest = newest == null ? row : fill.apply(row, newest);
        } else if (change.has == Has.NONE) {
            become(change, row, now);
        }
        put(key, change, now);
    }

    /** A row that had another key has this one now; its unchanged columns were left out. */
    void moved(K key, R row, long now) {
        Change<R> change = remove(key);
        if (change == null) {
            change = new Change<>(Has.CHANGED_COLUMNS);
        }
        become(change, row, now);
        put(key, change, now);
    }

    private void become(Change<R> change, R row, long now) {
        change.has = Has.CHANGED_COLUMNS;
        change.newest = row;
        change.since = now;
    }

    private @Nullable Change<R> remove(K key) {
        Change<R> change = changes.remove(key);
        if (change != null) {
            bytes -= change.bytes;
        }
        return change;
    }

    private void put(K key, Change<R> change, long now) {
        R newest = change.newest;
        change.at = now;
        change.bytes = ROW_BYTES + (newest == null ? 0 : size.applyAsInt(newest));
        bytes += change.bytes;
        changes.put(key, change);
    }

    /** Whether no row was changed. */
    boolean isEmpty() {
        return changes.isEmpty();
    }

    /** Whether it is known that the subscriber has all columns. */
    boolean isWhole(K key) {
        if (changes.isEmpty()) {
            return false;
        }
        Change<R> change = changes.get(key);
        return change != null && change.has == Has.ALL;
    }

    /**
     * What a row that was read is now, if it is of use for the subscriber.
     *
     * @param opened nothing that was delivered before this time is missing from what was read
     * @param filled false when what was read shows all changes that left out a column
     */
    @Nullable
    R current(K key, R read, long opened, boolean filled) {
        Change<R> change = changes.get(key);
        if (change == null || change.at <= opened) {
            return read;
        }
        R newest = change.newest;
        if (newest == null || change.since > opened) {
            return null;
        }
        change.has = Has.ALL;
        change.newest = null;
        bytes -= change.bytes - ROW_BYTES;
        change.bytes = ROW_BYTES;
        return filled ? fill.apply(newest, read) : read;
    }

    /** Whether the key may be that of another row than the one that was read with it, or not read. */
    boolean isOtherSince(K key, long opened) {
        Change<R> change = changes.get(key);
        return change != null && change.since > opened;
    }

    /** About how much memory this takes. */
    long bytes() {
        return bytes;
    }

    void clear() {
        changes.clear();
        bytes = 0;
    }

    /** Forgets what no chunk that was opened then, or later, asks for. */
    void forgetUntil(long opened) {
        Iterator<Change<R>> all = changes.values().iterator();
        while (all.hasNext()) {
            Change<R> oldest = all.next();
            if (oldest.at > opened) {
                return;
            }
            all.remove();
            bytes -= oldest.bytes;
        }
    }
}
