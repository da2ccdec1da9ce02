package io.walex.reactive.spring;

import io.walex.reactive.config.OriginFilter;
import io.walex.reactive.config.PublicationSetup;
import io.walex.reactive.config.SslMode;
import io.walex.reactive.config.Streaming;
import io.walex.reactive.config.WhenInUse;
import io.walex.reactive.event.TwoPhase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What the application's properties say; what is null stays at the library's default.
 *
 * @param enabled Whether an instance is made.
 * @param url URL of the database, such as postgresql://user:password@host:5432/database?sslmode=verify-full. By default the
 * database of the R2DBC or JDBC connection of the application.
 * @param host Name or address of the server. Wins over that of the URL.
 * @param port Port of the server.
 * @param username Role with REPLICATION that may connect to the database.
 * @param password Password of the role.
 * @param database Database whose changes are streamed. By default the one named like the role.
 * @param sslMode How the connection is secured, as libpq's sslmode.
 * @param sslRootCert PEM file of the authorities to trust. By default those of the JVM.
 * @param sslCert PEM file of the client's certificate. Goes with ssl-key.
 * @param sslKey PEM file (PKCS#8) of the client certificate's key.
 * @param connectTimeout How long one attempt to connect may take.
 * @param name Name of the stream in events, logs, threads and pg_stat_replication. By default spring.application.name.
 * @param publication Publications to stream from. Required.
 * @param publicationSetup Who makes the publication.
 * @param subscribe Tables whose events are delivered, such as user, sales.order or sales.*. By default all published ones.
 * @param slot Replication slot.
 * @param snapshot Rows that are wanted from before.
 * @param messages Whether logical messages are delivered.
 * @param binary Whether values travel in PostgreSQL's binary form.
 * @param streaming Whether the server sends large transactions while they run.
 * @param twoPhase When prepared transactions are delivered.
 * @param origin Which changes are sent when some were replicated to the server.
 * @param protocolVersion Version of the logical replication protocol, 1 to 4. By default the newest that the server knows.
 * @param statusInterval How often the server hears what was acknowledged.
 * @param livenessTimeout How long the server may be silent.
 * @param heartbeat How often a logical message is written to the database. By default never.
 * @param maxUnacknowledged How many transactions may be unacknowledged before the stream pauses.
 * @param spillDirectory Directory for transactions that are received before they commit. By default that of the system for
 * temporary files.
 * @param spillMemory How much of such transactions each stream keeps in memory.
 * @param handlers Handlers of changes.
 */
@ConfigurationProperties("walex")
record WalExProperties(
        @DefaultValue("true") boolean enabled,
        @Nullable String url,
        @Nullable String host,
        @Nullable Integer port,
        @Nullable String username,
        @Nullable String password,
        @Nullable String database,
        @Nullable SslMode sslMode,
        @Nullable Path sslRootCert,
        @Nullable Path sslCert,
        @Nullable Path sslKey,
        @Nullable Duration connectTimeout,
        @Nullable String name,
        @DefaultValue List<String> publication,
        @Nullable PublicationSetup publicationSetup,
        @DefaultValue List<String> subscribe,
        @DefaultValue Slot slot,
        @DefaultValue Snapshot snapshot,
        @Nullable Boolean messages,
        @Nullable Boolean binary,
        @Nullable Streaming streaming,
        @Nullable TwoPhase twoPhase,
        @Nullable OriginFilter origin,
        @Nullable Integer protocolVersion,
        @Nullable Duration statusInterval,
        @Nullable Duration livenessTimeout,
        @Nullable Duration heartbeat,
        @Nullable Integer maxUnacknowledged,
        @Nullable Path spillDirectory,
        @Nullable DataSize spillMemory,
        @DefaultValue Handlers handlers) {

    /**
     * The slot.
     *
     * @param name Name of a durable slot, of a-z, 0-9 and _. By default the slot is temporary: changes that are made while
     * the application does not run are not seen.
     * @param whenInUse What happens when another connection holds the slot.
     * @param mustExist Whether a missing slot is an error. By default it is made.
     * @param failover Whether the slot is made so that standbys keep a copy of it (PostgreSQL 17).
     */
    record Slot(
            @Nullable String name,
            @Nullable WhenInUse whenInUse,
            @DefaultValue("false") boolean mustExist,
            @DefaultValue("false") boolean failover) {}

    /**
     * Rows from before.
     *
     * @param tables Tables whose rows are read once for the slot, such as user, sales.* or *. By default none.
     * @param directory Directory that keeps how far a snapshot is. A durable slot takes one.
     * @param connections How many connections read at the same time.
     * @param rowsPerSecond How many rows are delivered at most, on average. By default without a bound.
     */
    record Snapshot(
            @DefaultValue List<String> tables,
            @Nullable Path directory,
            @Nullable Integer connections,
            @Nullable Integer rowsPerSecond) {}

    /**
     * Handlers.
     *
     * @param autoStartup Whether handlers run from the application's start.
     * @param startTimeout How long the application's start waits for the stream, so that what is configured wrongly fails it.
     * After that, the stream goes on starting in the background.
     * @param chunkSize How many events one call gets at most.
     * @param transactionsInFlight How many transactions may be worked on at a time.
     */
    record Handlers(
            @DefaultValue("true") boolean autoStartup,
            @DefaultValue("30s") Duration startTimeout,
            @DefaultValue("1000") int chunkSize,
            @DefaultValue("16") int transactionsInFlight) {}

    /** Without the password, and without the URL, which may hold one. */
    @Override
    public String toString() {
        return "WalExProperties[publication=%s, slot=%s]".formatted(publication, slot);
    }
}
