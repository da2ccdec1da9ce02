package io.walex.reactive.stream;

import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which transactions the catalog was read after.
 *
 * @param next all transactions from here on had not ended, as far as is known: the snapshot's {@code xmax}
 * @param running those before that had not ended either
 * @see <a href="https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-PG-SNAPSHOT">pg_current_snapshot</a>
 */
record CatalogSnapshot(long next, Set<Long> running) {

    private static final int FAR = 1 << 30;

    /** Before everything. */
    static final CatalogSnapshot NONE = new CatalogSnapshot(0, Set.of());

    /** Yields one row, for {@link #of}; every column is text. */
    static final String QUERY = """
            SELECT pg_catalog.pg_current_snapshot()::text AS snapshot, pg_catalog.pg_is_in_recovery()::text AS in_recovery""";

    /** Reads a row of {@link #QUERY}. */
    static CatalogSnapshot of(Map<String, @Nullable String> row) {
        return parse(Objects.requireNonNull(row.get("snapshot")), "true".equals(row.get("in_recovery")));
    }

    /**
     * Reads {@code xmin:xmax:xip,...}.
     *
     * @param inRecovery whether of a standby, which lists no running transactions: any from {@code xmin} on may be one
     */
    static CatalogSnapshot parse(String text, boolean inRecovery) {
        String[] parts = text.split(":", -1);
        if (inRecovery) {
            return new CatalogSnapshot(Long.parseLong(parts[0]), Set.of());
        }
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
