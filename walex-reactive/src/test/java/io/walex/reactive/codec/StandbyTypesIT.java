package io.walex.reactive.codec;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.testsupport.EmbeddedServer;
import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.StandbyServer;
import io.walex.reactive.testsupport.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;

/** A stream from a standby, whose catalog runs behind its primary's transactions. */
class StandbyTypesIT {

    @Test
    void theFirstTransactionThatUsesATypeHasItsValues() throws SQLException {
        try (EmbeddedServer primary = PostgresServer.start(PostgresServer.DEFAULT_MAJOR, Map.of())) {
            TestDatabase written = primary.createDatabase();
            written.execute("CREATE TABLE other (id int)", "CREATE PUBLICATION events FOR ALL TABLES");
            try (StandbyServer standby = StandbyServer.of(primary, "standby", Map.of("hot_standby_feedback", "on"));
                    Connection connection = written.jdbc();
                    Statement statement = connection.createStatement()) {
                TestDatabase read = standby.database(written.name());
                createSlot(written, read);
                connection.setAutoCommit(false);
                statement.execute("CREATE DOMAIN positive AS int");
                statement.execute("CREATE TABLE todo (id positive)");
                statement.execute("INSERT INTO todo VALUES (7)");
                written.execute("INSERT INTO other VALUES (1)");
                awaitReplayed(written, read);

                WalEx walEx = WalEx.create(WalExConfig.fromUrl(read.url())
                        .publication("events")
                        .slot(SlotSpec.durable("walex").mustExist())
                        .build());
                List<Map<String, Object>> received = new CopyOnWriteArrayList<>();
                Disposable stream =
                        walEx.changes().map(event -> event.newRecord().asMap()).subscribe(received::add);
                walEx.awaitStreaming().block(PATIENCE);
                connection.commit();

                await().atMost(PATIENCE).until(() -> received.size() == 2);
                stream.dispose();
                assertThat(received).containsExactly(Map.of("id", 1), Map.of("id", 7));
            }
        }
    }

    /** Done when the primary tells what runs. */
    private static void createSlot(TestDatabase written, TestDatabase read) {
        CompletableFuture<Void> created = CompletableFuture.runAsync(
                () -> read.execute("SELECT pg_create_logical_replication_slot('walex', 'pgoutput')"));
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(200)).until(() -> {
            written.execute("SELECT pg_log_standby_snapshot()");
            return created.isDone();
        });
        created.join();
    }

    private static void awaitReplayed(TestDatabase written, TestDatabase read) {
        String lsn = written.queryText("SELECT pg_current_wal_lsn()::text");
        await().atMost(PATIENCE)
                .until(() -> read.queryText("SELECT (pg_last_wal_replay_lsn() >= '" + lsn + "')::text")
                        .equals("true"));
    }
}
