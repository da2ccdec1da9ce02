package io.walex.reactive.server;

import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.spi.ColumnMetadata;
import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.R2dbcTransientResourceException;
import io.r2dbc.spi.Row;
import io.r2dbc.spi.RowMetadata;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** An ordinary connection beside the stream, for what the catalog knows and for managing slots and publications. */
public final class ServerConnection {

    private final PostgresqlConnection connection;
    private final int pid;
    private final Connector connector;

    private ServerConnection(Connector.Session<PostgresqlConnection> session, Connector connector) {
        this.connection = session.connection();
        this.pid = session.pid();
        this.connector = connector;
    }

    /** Connects, does the work and closes, each time it is subscribed to. */
    public static <T> Mono<T> use(Connector connector, Function<ServerConnection, Mono<T>> work) {
        return Mono.usingWhen(
                connector.connect(
                        PostgresqlConnectionFactory::create, session -> new ServerConnection(session, connector)),
                work,
                // Cancelling may have broken it already.
                server -> server.connection.close().onErrorComplete());
    }

    /**
     * What does not change while the server runs.
     *
     * @param walLevel the setting
     * @param walSenderTimeout zero when it is switched off
     * @param systemIdentifier the cluster's identity
     * @param timeline the timeline that is written; 0 on a standby
     */
    public record ServerFacts(
            ServerVersion version, String walLevel, Duration walSenderTimeout, String systemIdentifier, int timeline) {

        public boolean isStandby() {
            return timeline == 0;
        }
    }

    public Mono<ServerFacts> facts() {
        return rows("""
                        SELECT current_setting('wal_level') AS wal_level,
                               (SELECT setting FROM pg_settings WHERE name = 'wal_sender_timeout') AS wal_sender_timeout,
                               (SELECT system_identifier::text FROM pg_control_system()) AS system_identifier,
                               CASE WHEN NOT pg_is_in_recovery()
                                    THEN substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END AS timeline
                        """)
                .map(row -> new ServerFacts(
                        version(),
                        text(row, "wal_level"),
                        Duration.ofMillis(Long.parseLong(text(row, "wal_sender_timeout"))),
                        text(row, "system_identifier"),
                        row.get("timeline") == null ? 0 : Integer.parseUnsignedInt(text(row, "timeline"), 16)))
                .single();
    }

    /** What made this connection, and makes others to the same server. */
    public Connector connector() {
        return connector;
    }

    /** This server's replication slots. */
    public ReplicationSlots slots() {
        return new ReplicationSlots(this);
    }

    /** This database's publications. */
    public Publications publications() {
        return new Publications(this);
    }

    public ServerVersion version() {
        return ServerVersion.parse(connection.getMetadata().getDatabaseVersion());
    }

    /** Writes a logical message, so that there is WAL to confirm. */
    public Mono<Void> emitMessage(String prefix) {
        return rows("SELECT pg_logical_emit_message(false, $1, '')::text", prefix)
                .then();
    }

    /**
     * Runs a query whose columns are all text, and gives each row by column name.
     *
     * @param parameters what {@code $1}, {@code $2} and so on stand for: strings, lists of strings, numbers and booleans
     * @return fails with {@link SlowQueryException} where the server takes so long that it has stopped the query
     */
    public Flux<Map<String, @Nullable String>> rows(String sql, Object... parameters) {
        return connector
                .query(sql, limited -> query(limited, parameters).collectList())
                .flatMapIterable(Function.identity());
    }

    /** As {@link #rows}, for what waits on others and takes as long as it takes. */
    Flux<Map<String, @Nullable String>> patiently(String sql, Object... parameters) {
        return connector.whileWorking(pid, query(sql, parameters).collectList()).flatMapIterable(Function.identity());
    }

    /**
     * Whether a process of this role runs a command: it does not wait for its client. What it waits for is known even where
     * {@code track_activities} is off, and its state is not. Among the wait events of type {@code Client} are some of a
     * command that runs: on a standby, a slot is made in {@code WalSenderWaitForWal}.
     */
    Mono<Boolean> isWorking(int pid) {
        return rows("""
                        SELECT 1 FROM pg_stat_activity
                         WHERE pid = $1 AND coalesce(wait_event, '') NOT IN ('ClientRead', 'ClientWrite')
                        """, pid).hasElements();
    }

    /**
     * Whether a walsender that streams, of this role, neither waits for its client nor for new WAL, where it would read.
     * All that such a walsender waits for under the type {@code Client} are places where it reads.
     *
     * @see <a href="https://www.postgresql.org/docs/current/monitoring-stats.html#WAIT-EVENT-TABLE">Wait events</a>
     */
    Mono<Boolean> isDecoding(int pid) {
        return rows("""
                        SELECT 1 FROM pg_stat_activity
                         WHERE pid = $1 AND backend_type = 'walsender'
                           AND coalesce(wait_event_type, '') NOT IN ('Client', 'Activity')
                        """, pid).hasElements();
    }

    /**
     * Runs a statement that gives no rows and may have to wait for locks. The server gives up first, and fails it as {@code
     * lock_not_available}: what only we stop to wait for, it would do when nobody expects it any more.
     */
    Mono<Void> execute(String sql) {
        long patience = Math.min(connector.answerTimeout().get().toMillis(), Integer.MAX_VALUE);
        // The first limit counts for each lock, the second for all together. Zero would be for ever.
        String limits = "SET LOCAL lock_timeout = " + Math.max(1, patience / 4) + "; SET LOCAL statement_timeout = "
                + Math.max(1, patience / 2) + "; ";
        return connector
                .answered(connection
                        .createStatement(limits + sql)
                        .execute()
                        .concatMap(result -> result.getRowsUpdated())
                        .then())
                .onErrorMap(
                        error -> error instanceof R2dbcException refused && "57014".equals(refused.getSqlState()),
                        error -> new R2dbcTransientResourceException(error.getMessage(), "55P03", error));
    }

    private Flux<Map<String, @Nullable String>> query(String sql, Object... parameters) {
        return Flux.defer(() -> connection
                .createStatement(SqlLiterals.replace(sql, parameters))
                .execute()
                .concatMap(result -> result.map(ServerConnection::values)));
    }

    private static Map<String, @Nullable String> values(Row row, RowMetadata metadata) {
        Map<String, @Nullable String> values = new HashMap<>();
        List<? extends ColumnMetadata> columns = metadata.getColumnMetadatas();
        for (int i = 0; i < columns.size(); i++) {
            values.put(columns.get(i).getName(), row.get(i, String.class));
        }
        return values;
    }

    public static String text(Map<String, @Nullable String> row, String column) {
        return Objects.requireNonNull(row.get(column), column);
    }
}
