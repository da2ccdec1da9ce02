package io.walex.reactive.examples.quickstart;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An embedded PostgreSQL with WalEx's tables, made for logical replication. Its data is gone when it is closed. */
final class DemoDatabase implements AutoCloseable {

    static final String PUBLICATION = "events";

    /** The database's URL but for its port. */
    static final String ANY_URL = "postgresql://postgres@localhost/postgres";

    private static final Logger log = LoggerFactory.getLogger(DemoDatabase.class);

    private static final String SCHEMA = """
            CREATE TABLE "user" (
              id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
              name text NOT NULL,
              email text NOT NULL,
              created_at timestamptz NOT NULL DEFAULT now());
            CREATE TABLE todo (
              id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
              user_id bigint NOT NULL REFERENCES "user" ON DELETE CASCADE,
              description text NOT NULL,
              done boolean NOT NULL DEFAULT false,
              tags text[] NOT NULL DEFAULT '{}');
            ALTER TABLE "user" REPLICA IDENTITY FULL;
            ALTER TABLE todo REPLICA IDENTITY FULL;
            CREATE PUBLICATION events FOR TABLE "user", todo;
            """;

    private final EmbeddedPostgres postgres;

    private DemoDatabase(EmbeddedPostgres postgres) {
        this.postgres = postgres;
    }

    static DemoDatabase start() {
        log.info("Starting an embedded PostgreSQL");
        DemoDatabase database = new DemoDatabase(startServer());
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(SCHEMA);
        } catch (SQLException e) {
            database.close();
            throw new IllegalStateException("Cannot prepare the embedded PostgreSQL: " + e.getMessage(), e);
        }
        log.info("An embedded PostgreSQL runs at postgresql://postgres@localhost:{}/postgres", database.port());
        return database;
    }

    private static EmbeddedPostgres startServer() {
        try {
            return EmbeddedPostgres.builder()
                    .setPGStartupWait(Duration.ofMinutes(1))
                    .setServerConfig("wal_level", "logical")
                    // Changes are sent when they are flushed: an asynchronous commit would delay them.
                    .setServerConfig("synchronous_commit", "on")
                    .setRegisterShutdownHook(false)
                    .start();
        } catch (IOException | RuntimeException | ExceptionInInitializerError e) {
            throw new IllegalStateException(
                    "Cannot start an embedded PostgreSQL (%s); it needs a user other than root, or a kernel with user namespaces. You can name a server of your own with --url and --publication"
                            .formatted(e.getMessage()),
                    e);
        }
    }

    int port() {
        return postgres.getPort();
    }

    Connection connect() throws SQLException {
        return postgres.getPostgresDatabase().getConnection();
    }

    @Override
    public void close() {
        try {
            postgres.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
