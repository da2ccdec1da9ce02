package io.walex.reactive.snapshot;

import static io.walex.reactive.server.ServerConnection.text;

import io.walex.reactive.server.ServerConnection;
import io.walex.reactive.server.SqlLiterals;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Transactions that an earlier process may have been given, and that a snapshot does not show yet. A commit is in the WAL,
 * and may be delivered, before it is visible; while a synchronous standby is away, long before. Of what this process is
 * given, it knows the ids. Of what was given to an earlier one, it knows that it committed before this began: it is one of
 * those that were running then. A chunk that is read before it is visible would have rows from before it, and no event of
 * it would come to correct them.
 *
 * <p>Immutable. The first asks for what is running; each that follows has only what may still be committing of that.
 */
final class StartGuard {

    private static final int NAMED = 10;

    /**
     * All that have an id and have not ended, and the time after the snapshot was taken. What is not visible yet need not be
     * among the running ones of a snapshot, which leaves out those with the highest ids.
     */
    private static final String RUNNING = """
            SELECT clock_timestamp()::text AS time, pg_snapshot_xmax(pg_current_snapshot())::text AS xmax, running.xid
              FROM (SELECT) always
              LEFT JOIN (SELECT backend_xid::text AS xid FROM pg_stat_activity WHERE backend_xid IS NOT NULL
                          UNION
                         SELECT transaction::text FROM pg_prepared_xacts) running ON NOT pg_is_in_recovery()
            """;

    /**
     * Who is not committing: what is idle has not begun to; a statement that began later commits later, and so does what is
     * prepared. But while it is committed, it counts as prepared until it is visible. Who commits it, has no transaction
     * of his own and no snapshot.
     */
    private static final String OPEN = """
            WITH own AS (SELECT oid, datname FROM pg_database WHERE datname = current_database()),
                 activity AS MATERIALIZED (SELECT * FROM pg_stat_activity),
                 committer AS MATERIALIZED (
                  SELECT a.pid, a.state
                    FROM activity a JOIN own ON a.datid = own.oid
                   WHERE a.pid <> pg_backend_pid() AND a.backend_xid IS NULL AND a.backend_xmin IS NULL
                     AND coalesce(a.state, '') NOT LIKE 'idle%'
                     AND coalesce(a.query_start <= $2::timestamptz, true)
                     AND coalesce(a.backend_type, '') NOT IN ('walsender', 'autovacuum worker', 'parallel worker')
                     AND (coalesce(a.query, '') = '' OR a.query ILIKE '%prepared%' OR a.query = '<insufficient privilege>'
                          OR octet_length(a.query) >= pg_size_bytes(current_setting('track_activity_query_size')) - 4)
                   LIMIT 1)
            SELECT x.xid::text AS xid, coalesce(a.pid, c.pid)::text AS pid,
                   (coalesce(a.pid, c.pid) IS NOT NULL AND coalesce(a.state, c.state) IS NULL)::text AS hidden
              FROM unnest($1::xid8[]) x(xid)
             CROSS JOIN own
              LEFT JOIN activity a ON a.backend_xid = x.xid::xid
              LEFT JOIN pg_prepared_xacts p ON p.transaction = x.xid::xid
              LEFT JOIN committer c ON p.transaction IS NOT NULL
             WHERE NOT pg_visible_in_snapshot(x.xid, pg_current_snapshot())
               AND NOT coalesce(a.datid <> own.oid, false)
               AND NOT coalesce(p.database <> own.datname, false)
               AND NOT coalesce(a.state LIKE 'idle in transaction%', false)
               AND NOT coalesce(a.query_start > $2::timestamptz, false)
               AND NOT (p.transaction IS NOT NULL AND c.pid IS NULL)
             ORDER BY x.xid
            """;

    private final String time;
    private final List<Open> open;

    private StartGuard(String time, List<Open> open) {
        this.time = time;
        this.open = List.copyOf(open);
    }

    /**
     * A transaction that may be committing.
     *
     * @param pid the process that runs it, where there is one
     * @param hidden whether the role may not see what that does
     */
    record Open(long xid, @Nullable String pid, boolean hidden) {

        @Override
        public String toString() {
            return pid == null ? Long.toString(xid) : xid + " (PID " + pid + ")";
        }
    }

    /** What is running now; nothing on a standby, where a commit is visible before it is decoded. */
    static Mono<StartGuard> begin(ServerConnection server) {
        return server.rows(RUNNING).collectList().map(rows -> {
            List<Open> running = new ArrayList<>();
            for (Map<String, @Nullable String> row : rows) {
                if (row.get("xid") != null) {
                    long xmax = Long.parseLong(text(row, "xmax"));
                    int xid = Integer.parseUnsignedInt(text(row, "xid"));
                    // The server does not let ids that are in use be 2^31 apart.
                    running.add(new Open(xmax + (xid - (int) xmax), null, false));
                }
            }
            return new StartGuard(text(rows.get(0), "time"), running);
        });
    }

    /**
     * What of it may be committing still.
     *
     * @param delivered whether this process has been given a transaction, by its 32 bits
     */
    Mono<StartGuard> stillOpen(ServerConnection server, IntPredicate delivered) {
        List<String> asked = open.stream()
                .map(Open::xid)
                .filter(xid -> !delivered.test((int) (long) xid))
                .map(String::valueOf)
                .toList();
        if (asked.isEmpty()) {
            return Mono.just(new StartGuard(time, List.of()));
        }
        return server.rows(OPEN, asked, time)
                .map(row ->
                        new Open(Long.parseLong(text(row, "xid")), row.get("pid"), "true".equals(row.get("hidden"))))
                .collectList()
                .map(still -> new StartGuard(time, still));
    }

    /** Whether chunks may be read. */
    boolean isOver() {
        return open.isEmpty();
    }

    /** Those that may be committing. */
    List<Open> open() {
        return open;
    }

    /** What a snapshot waits for, and what can be done about it. */
    String warning(String role) {
        String named = open.stream().limit(NAMED).map(Open::toString).collect(Collectors.joining(", "));
        String more = open.size() > NAMED ? " and %d more".formatted(open.size() - NAMED) : "";
        String hint = open.stream().anyMatch(Open::hidden)
                ? "; role %s cannot see whether they are: GRANT pg_read_all_stats TO %s"
                        .formatted(SqlLiterals.identifier(role), SqlLiterals.identifier(role))
                : "";
        return "The snapshot waits for transactions that may have been committing when the stream began: %s%s. It goes on when they are visible. A commit waits for a synchronous standby where pg_stat_activity.wait_event is SyncRep: bring the standby back, or take it out of synchronous_standby_names%s"
                .formatted(named, more, hint);
    }
}
