package io.walex.reactive;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which transactions the catalog was read after.
 *
 * @param next all transactions from here on had not ended: the snapshot's {@code xmax}
 * @param running those before that had not ended either
 * @see <a href="https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-PG-SNAPSHOT">pg_current_snapshot</a>
 */
record CatalogSnapshot(long next, Set<Long> running) {

    private static final int FAR = 1 << 30;

    /** Before everything. */
    static final CatalogSnapshot NONE = new CatalogSnapshot(0, Set.of());

    /** Reads {@code xmin:xmax:xip,...}. */
    static CatalogSnapshot parse(String text) {
        String[] parts = text.split(":", -1);
        Set<Long> running = Arrays.stream(parts[2].split(","))
                .filter(xid -> !xid.isEmpty())
                .map(Long::valueOf)
                .collect(Collectors.toUnmodifiableSet());
        return new CatalogSnapshot(Long.parseLong(parts[1]), running);
    }

    /** Whether the transaction of the 32-bit id had ended. */
    boolean isAfter(int xid) {
        // The newest of that id that the snapshot can have seen, unless the id lies ahead.
        int ahead = xid - (int) next;
        return next != 0 && ahead < 0 && !running.contains(next + ahead);
    }

    /** Whether the transaction of the 32-bit id lies so far ahead that a later one would soon seem to be behind. */
    boolean isLongBefore(int xid) {
        return next != 0 && xid - (int) next > FAR;
    }
}
