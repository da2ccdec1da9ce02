package io.walex.reactive.replication;

import io.r2dbc.postgresql.PostgresqlConnectionConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.spi.Readable;
import io.walex.reactive.pgoutput.Lsn;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** An ordinary connection beside the stream, for what the catalog knows and for managing slots. */
public final class ServerConnection {

    private final PostgresqlConnection connection;

    private ServerConnection(PostgresqlConnection connection) {
        this.connection = connection;
    }

    /** Connects, does the work and closes, each time it is subscribed to. */
    public static <T> Mono<T> use(
            PostgresqlConnectionConfiguration configuration, Function<ServerConnection, Mono<T>> work) {
        return Mono.usingWhen(
                new PostgresqlConnectionFactory(configuration).create().map(ServerConnection::new),
                work,
                // Cancelling may have broken it already.
                server -> server.connection.close().onErrorComplete());
    }

    /**
     * What does not change while the server runs.
     *
     * @param version as {@code server_version_num}: 180000
     * @param walLevel the setting
     * @param walSenderTimeout zero when it is switched off
     * @param systemIdentifier the cluster's identity
     */
    public record ServerFacts(int version, String walLevel, Duration walSenderTimeout, String systemIdentifier) {}

    public Mono<ServerFacts> facts() {
        return one(
                """
                SELECT current_setting('server_version_num')::int,
                       current_setting('wal_level'),
                       (SELECT setting::bigint FROM pg_settings WHERE name = 'wal_sender_timeout'),
                       (SELECT system_identifier::text FROM pg_control_system())
                """,
                row -> new ServerFacts(
                        get(row, 0, Integer.class),
                        get(row, 1, String.class),
                        Duration.ofMillis(get(row, 2, Long.class)),
                        get(row, 3, String.class)));
    }

    /** The names of all publications of the database. */
    public Mono<List<String>> publications() {
        return query("SELECT pubname::text FROM pg_publication ORDER BY 1", row -> get(row, 0, String.class))
                .collectList();
    }

    /**
     * A table in a publication.
     *
     * @param schema its namespace
     */
    public record TableName(String schema, String table) {}

    /** The tables of these publications, those that exist, each once. */
    public Mono<List<TableName>> publishedTables(List<String> publications) {
        return query("""
                        SELECT DISTINCT schemaname::text, tablename::text
                          FROM pg_publication_tables WHERE pubname = ANY($1) ORDER BY 1, 2
                        """, row -> new TableName(get(row, 0, String.class), get(row, 1, String.class)), (Object)
                        publications.toArray(String[]::new))
                .collectList();
    }

    /**
     * A replication slot.
     *
     * @param database null for a physical slot
     * @param plugin null for a physical slot
     * @param confirmedFlush null for a physical slot
     * @param walStatus null when WAL cannot be said
     * @see <a href="https://www.postgresql.org/docs/current/view-pg-replication-slots.html">pg_replication_slots</a>
     */
    public record SlotFacts(
            String name,
            @Nullable String plugin,
            @Nullable String database,
            boolean active,
            @Nullable Lsn confirmedFlush,
            @Nullable String walStatus) {}

    /** Empty when there is no slot of that name. */
    public Mono<SlotFacts> slot(String name) {
        return one(
                """
                SELECT slot_name::text, plugin::text, database::text, active, confirmed_flush_lsn::text, wal_status
                  FROM pg_replication_slots WHERE slot_name = $1
                """,
                row -> new SlotFacts(
                        get(row, 0, String.class),
                        row.get(1, String.class),
                        row.get(2, String.class),
                        get(row, 3, Boolean.class),
                        lsn(row.get(4, String.class)),
                        row.get(5, String.class)),
                name);
    }

    /**
     * Creates a durable logical slot.
     *
     * @return its consistent point
     */
    public Mono<Lsn> createSlot(String name, boolean twoPhase) {
        return one(
                "SELECT lsn::text FROM pg_create_logical_replication_slot($1, 'pgoutput', false, $2)",
                row -> Lsn.parse(get(row, 0, String.class)),
                name,
                twoPhase);
    }

    /** Runs a query whose columns are all text, and gives each row by column name. */
    public Flux<Map<String, @Nullable String>> rows(String sql) {
        return Flux.defer(() -> connection
                .createStatement(sql)
                .execute()
                .concatMap(result -> result.map((row, metadata) -> {
                    Map<String, @Nullable String> values = new HashMap<>();
                    metadata.getColumnMetadatas()
                            .forEach(column -> values.put(column.getName(), row.get(column.getName(), String.class)));
                    return values;
                })));
    }

    private <T> Mono<T> one(String sql, Function<Readable, T> mapping, Object... parameters) {
        return query(sql, mapping, parameters).singleOrEmpty();
    }

    private <T> Flux<T> query(String sql, Function<Readable, T> mapping, Object... parameters) {
        return Flux.defer(() -> {
            var statement = connection.createStatement(sql);
            for (int i = 0; i < parameters.length; i++) {
                statement.bind(i, parameters[i]);
            }
            return statement.execute().concatMap(result -> result.map(mapping));
        });
    }

    private static <T> T get(Readable row, int column, Class<T> type) {
        return Objects.requireNonNull(row.get(column, type));
    }

    private static @Nullable Lsn lsn(@Nullable String text) {
        return text == null ? null : Lsn.parse(text);
    }
}
