package io.walex.reactive.examples.snapshots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import io.walex.reactive.WalEx;
import io.walex.reactive.snapshot.SnapshotStores;
import io.walex.reactive.testsupport.ForkedJvm;
import io.walex.reactive.testsupport.PostgresExtension;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;

class TodoCopyIT {

    private static final int KILLS = 5;

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @TempDir
    Path directory;

    private volatile boolean stopped;

    @BeforeEach
    void rowsAreThere() {
        postgres.execute(
                "CREATE TABLE todo (id bigint PRIMARY KEY, description text, done boolean NOT NULL)",
                "INSERT INTO todo SELECT i, 'task ' || i, false FROM generate_series(1, 2000) i",
                // Large values that updates leave alone are not sent.
                "ALTER TABLE todo ALTER description SET STORAGE EXTERNAL",
                "UPDATE todo SET description = repeat(id::text, 3000) WHERE id % 100 = 0",
                "CREATE PUBLICATION events FOR TABLE todo");
    }

    private String r2dbcUrl() {
        return "r2dbc:" + postgres.url();
    }

    private List<String> rows(String table) {
        boolean exists = postgres.queryOne("SELECT to_regclass('" + table + "') IS NOT NULL", row -> row.getBoolean(1));
        return exists
                ? postgres.query(
                        "SELECT concat_ws(' ', id, md5(description), done) FROM " + table + " ORDER BY id",
                        row -> row.getString(1))
                : List.of();
    }

    private void awaitCopy() {
        await().atMost(Duration.ofMinutes(2))
                .untilAsserted(() -> assertThat(rows("todo_copy")).isEqualTo(rows("todo")));
    }

    @Test
    void copyHasRowsFromBeforeAndFollowsTheTable() {
        ConnectionFactory copy = ConnectionFactories.get(r2dbcUrl());
        WalEx walex = WalEx.create(TodoCopy.config(postgres.url(), SnapshotStores.directory(directory)));
        Disposable running = new TodoCopy(copy).run(walex).subscribe();
        try {
            awaitCopy();
            postgres.execute(
                    "INSERT INTO todo VALUES (2001, NULL, true)",
                    "UPDATE todo SET done = true WHERE id % 50 = 0",
                    "UPDATE todo SET id = id + 10000 WHERE id BETWEEN 95 AND 105",
                    "DELETE FROM todo WHERE id BETWEEN 7 AND 70");
            awaitCopy();
            postgres.execute("TRUNCATE todo");
            awaitCopy();
        } finally {
            walex.closeGracefully().block();
            running.dispose();
        }
    }

    @Test
    void exactCopyIsWholeHoweverOftenTheProcessIsKilled() throws InterruptedException {
        Thread writer = new Thread(this::change);
        writer.start();
        try {
            for (int kill = 0; kill < KILLS; kill++) {
                Process process = start();
                // Not before it works, so that it is killed while it does.
                List<String> before = rows("todo_copy");
                await().atMost(Duration.ofMinutes(1))
                        .until(() -> !rows("todo_copy").equals(before));
                process.destroyForcibly().waitFor();
                postgres.awaitSlotInactive("todo_copy");
            }
        } finally {
            stopped = true;
            writer.join();
        }

        Process last = start();
        try {
            awaitCopy();
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> postgres.queryText("SELECT acknowledged FROM todo_copy_snapshot")
                            .contains("\"completed\":true,\"tables\""));
        } finally {
            last.destroyForcibly().waitFor();
        }
    }

    private Process start() {
        return ForkedJvm.start(
                List.of("-XX:TieredStopAtLevel=1", "-Xmx64m"), ExactTodoCopy.class, postgres.url(), r2dbcUrl());
    }

    private void change() {
        for (int turn = 0; !stopped; turn++) {
            postgres.execute(
                    "UPDATE todo SET done = NOT done WHERE id %% 40 = %d".formatted(turn % 40),
                    "DELETE FROM todo WHERE id = %d".formatted(turn % 2000),
                    "INSERT INTO todo VALUES (%d, 'again', false) ON CONFLICT DO NOTHING".formatted(turn % 2000),
                    "UPDATE todo SET id = -id WHERE id %% 500 = %d AND NOT EXISTS (SELECT FROM todo other WHERE other.id = -todo.id)"
                            .formatted(turn % 500));
        }
    }
}
