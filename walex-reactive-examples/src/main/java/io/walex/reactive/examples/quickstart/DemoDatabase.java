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

/** An embedded PostgreSQL with WalEx's tables and rows in them, made for logical replication. Its data is gone when it is closed. */
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

    /** How many users are there before anybody streams. They stay, and so do their todos. */
    static final int USERS = 200;

    static final int TODOS = 300;

    private static final String ROWS = """
            INSERT INTO "user" (name, email, created_at)
            SELECT person || ' ' || i, lower(person) || i || '@example.com', now() - make_interval(hours => %1$d - i)
              FROM generate_series(1, %1$d) i,
                   LATERAL (SELECT (ARRAY['Ada', 'Edgar', 'Grace', 'Jim', 'Margaret', 'Michael'])[1 + i %% 6]) p (person);
            INSERT INTO todo (user_id, description, done, tags)
            SELECT 1 + i %% %1$d, (ARRAY['Pay rent', 'Read a book', 'Fix the bike'])[1 + i %% 3], i %% 4 = 0, ARRAY['old']
              FROM generate_series(1, %2$d) i;
            """.formatted(USERS, TODOS);

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
            statement.execute(ROWS);
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
