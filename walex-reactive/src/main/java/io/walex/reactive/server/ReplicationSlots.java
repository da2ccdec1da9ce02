package io.walex.reactive.server;

import static io.walex.reactive.server.ServerConnection.text;

import io.walex.reactive.pgoutput.Lsn;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Looks at, makes and drops replication slots.
 *
 * @see <a href="https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-REPLICATION">Replication
 *     management functions</a>
 */
public final class ReplicationSlots {

    private final ServerConnection server;

    ReplicationSlots(ServerConnection server) {
        this.server = server;
    }

    /**
     * A replication slot.
     *
     * @param database null for a physical slot
     * @param plugin null for a physical slot
     * @param activePid the process that uses it; null when none does
     * @param confirmedFlush null for a physical slot
     * @param walStatus null when WAL cannot be said
     * @param invalidation why the slot is of no use any more, where the server says so
     * @param failover whether standbys keep a copy of it
     * @param synced whether it is such a copy
     * @param twoPhase whether prepared transactions are decoded at PREPARE
     * @see <a href="https://www.postgresql.org/docs/current/view-pg-replication-slots.html">pg_replication_slots</a>
     */
    public record SlotFacts(
            String name,
            @Nullable String plugin,
            @Nullable String database,
            @Nullable Integer activePid,
            @Nullable Lsn confirmedFlush,
            @Nullable String walStatus,
            @Nullable String invalidation,
            boolean failover,
            boolean synced,
            boolean twoPhase) {}

    /** Empty when there is no slot of that name. */
    public Mono<SlotFacts> find(String name) {
        // Through JSON, since what the view has differs by version.
        return server.rows("""
                        SELECT slot_name::text, plugin::text, database::text, active_pid::text,
                               confirmed_flush_lsn::text, wal_status,
                               CASE WHEN wal_status = 'lost' THEN 'wal_removed' END AS lost,
                               to_jsonb(s) ->> 'invalidation_reason' AS invalidation,
                               CASE WHEN to_jsonb(s) ->> 'conflicting' = 'true' THEN 'conflict with recovery' END AS conflict,
                               to_jsonb(s) ->> 'failover' AS failover,
                               to_jsonb(s) ->> 'synced' AS synced,
                               to_jsonb(s) ->> 'two_phase' AS two_phase
                          FROM pg_replication_slots s WHERE slot_name = $1
                        """, name).map(ReplicationSlots::facts).singleOrEmpty();
    }

    private static SlotFacts facts(Map<String, @Nullable String> row) {
        String pid = row.get("active_pid");
        String lsn = row.get("confirmed_flush_lsn");
        String reason = row.get("invalidation");
        String conflict = row.get("conflict");
        return new SlotFacts(
                text(row, "slot_name"),
                row.get("plugin"),
                row.get("database"),
                pid == null ? null : Integer.valueOf(pid),
                lsn == null ? null : Lsn.parse(lsn),
                row.get("wal_status"),
                reason != null ? reason : conflict != null ? conflict : row.get("lost"),
                "true".equals(row.get("failover")),
                "true".equals(row.get("synced")),
                "true".equals(row.get("two_phase")));
    }

    /**
     * Creates a durable logical slot. Waits for the transactions that write now to end.
     *
     * @param failover needs PostgreSQL 17
     * @return its consistent point
     */
    public Mono<Lsn> create(String name, boolean twoPhase, boolean failover, ServerVersion version) {
        String sql = "SELECT lsn::text AS lsn FROM pg_create_logical_replication_slot($1, 'pgoutput', false, $2"
                + (version.isAtLeast(17) ? ", " + failover : "") + ")";
        return server.patiently(sql, name, twoPhase)
                .map(row -> Lsn.parse(text(row, "lsn")))
                .single();
    }

    /**
     * What the server has counted of a slot, which is all that tells it from a later one of its name.
     *
     * @param transactions how many it has decoded
     * @param since when the count was reset last, by somebody or by a crash
     */
    public record Decoded(long transactions, String since) {

        /** Whether the slot must have been made anew since: its count has fallen, and was not reset. */
        public boolean isOfAnotherThan(Decoded earlier) {
            return since.equals(earlier.since) && transactions < earlier.transactions;
        }
    }

    /**
     * How much a slot has decoded.
     *
     * @see <a href="https://www.postgresql.org/docs/current/monitoring-stats.html#MONITORING-PG-STAT-REPLICATION-SLOTS-VIEW">
     *     pg_stat_replication_slots</a>
     */
    public Mono<Decoded> decoded(String name) {
        // A crash empties all statistics, and notes the time with those of the server.
        return server.rows("""
                        SELECT s.total_txns::text AS transactions, concat_ws(' ', s.stats_reset, b.stats_reset) AS since
                          FROM pg_stat_replication_slots s, pg_stat_bgwriter b WHERE s.slot_name = $1
                        """, name)
                .map(row -> new Decoded(Long.parseLong(text(row, "transactions")), text(row, "since")))
                .singleOrEmpty();
    }

    /** Drops a slot that nobody uses; nothing happens when there is none. */
    public Mono<Void> drop(String name) {
        return server.rows(
                        "SELECT pg_drop_replication_slot(slot_name)::text FROM pg_replication_slots WHERE slot_name = $1",
                        name)
                .then();
    }
}
