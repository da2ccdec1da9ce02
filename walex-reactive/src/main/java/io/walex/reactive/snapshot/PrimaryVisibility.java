package io.walex.reactive.snapshot;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a snapshot of a primary shows: the transactions that had ended for all others, as it says by their ids. The WAL does
 * not say so: a commit is in it, and may be delivered, some time before it is visible.
 *
 * @param xmin all before it have ended
 * @param xmax it and all after it have not
 * @param running those between that have not
 * @param insertLsn the end of the WAL at some time after the snapshot: all that it shows had committed before
 * @see <a href="https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-SNAPSHOT">pg_current_snapshot</a>
 */
record PrimaryVisibility(long xmin, long xmax, Set<Long> running, long insertLsn) implements Visibility {

    PrimaryVisibility {
        running = Set.copyOf(running);
    }

    /**
     * Reads the text form of a snapshot.
     *
     * @param snapshot as {@code pg_current_snapshot()} gives it: {@code 10:20:10,14,15}
     * @throws IllegalArgumentException when it has another form
     */
    static PrimaryVisibility parse(String snapshot, long insertLsn) {
        String[] parts = snapshot.split(":", -1);
        if (parts.length != 3) {
            throw notASnapshot(snapshot, null);
        }
        try {
            Set<Long> running = new HashSet<>();
            if (!parts[2].isEmpty()) {
                for (String xid : parts[2].split(",", -1)) {
                    running.add(Long.parseLong(xid));
                }
            }
            return new PrimaryVisibility(Long.parseLong(parts[0]), Long.parseLong(parts[1]), running, insertLsn);
        } catch (NumberFormatException e) {
            throw notASnapshot(snapshot, e);
        }
    }

    private static IllegalArgumentException notASnapshot(String text, @Nullable Exception cause) {
        return new IllegalArgumentException(
                "\"" + text + "\" is not a snapshot; expected a form like 10:20:10,14,15", cause);
    }

    @Override
    public Seen of(int xid, long commitLsn) {
        if (Long.compareUnsigned(commitLsn, insertLsn) >= 0) {
            return Seen.NO;
        }
        long full = full(xid);
        return full < xmin || full < xmax && !running.contains(full) ? Seen.YES : Seen.NO;
    }

    @Override
    public boolean showsAllUpTo(int xid, long commitLsn) {
        return full(xid) < xmin && Long.compareUnsigned(commitLsn, insertLsn) < 0;
    }

    /** The server does not let ids that are in use be 2^31 apart. */
    private long full(int xid) {
        return xmax + (xid - (int) xmax);
    }

    @Override
    public long target() {
        return insertLsn;
    }
}
