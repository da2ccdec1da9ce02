package io.walex.reactive.examples.exactlyonce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.testsupport.ForkedJvm;
import io.walex.reactive.testsupport.PostgresExtension;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ExactlyOnceIT {

    private static final int KILLS = 20;

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    private volatile boolean stopped;

    @Test
    void everyPaymentCountsOnceHoweverOftenTheProcessIsKilled() throws InterruptedException {
        postgres.execute(
                "CREATE TABLE payment (account text, amount numeric)",
                "CREATE PUBLICATION payments FOR TABLE payment",
                "SELECT pg_create_logical_replication_slot('balances', 'pgoutput')");
        Thread writer = new Thread(this::pay);
        writer.start();
        Random random = new Random(20);
        try {
            for (int kill = 0; kill < KILLS; kill++) {
                Process process = start();
                // Not before it works, so that it is killed while it does.
                String total = total();
                await().atMost(Duration.ofMinutes(1)).until(() -> !total().equals(total));
                Thread.sleep(random.nextInt(300));
                process.destroyForcibly().waitFor();
            }
        } finally {
            stopped = true;
            writer.join();
        }

        Process last = start();
        try {
            await().atMost(Duration.ofMinutes(3))
                    .untilAsserted(
                            () -> assertThat(balances("balance", "total")).isEqualTo(balances("payment", "amount")));
        } finally {
            last.destroyForcibly().waitFor();
        }
        // An effect that were done twice would show after the last payment too.
        assertThat(balances("balance", "total")).isEqualTo(balances("payment", "amount"));
    }

    private Process start() {
        String jdbc = "jdbc:postgresql://%s:%d/%s?user=%s&password=%s"
                .formatted(
                        postgres.host(),
                        postgres.port(),
                        postgres.name(),
                        postgres.server().user(),
                        postgres.server().password());
        return ForkedJvm.start(List.of("-XX:TieredStopAtLevel=1", "-Xmx64m"), ExactlyOnce.class, postgres.url(), jdbc);
    }

    private String total() {
        boolean exists = postgres.queryOne("SELECT to_regclass('balance') IS NOT NULL", row -> row.getBoolean(1));
        return exists ? postgres.queryText("SELECT coalesce(sum(total), 0) FROM balance") : "none";
    }

    private List<String> balances(String table, String column) {
        return postgres.query(
                "SELECT account || ' ' || sum(" + column + ") FROM " + table + " GROUP BY account ORDER BY account",
                row -> row.getString(1));
    }

    private void pay() {
        while (!stopped) {
            postgres.execute(
                    "INSERT INTO payment SELECT 'account ' || i % 3, i FROM generate_series(1, 5) i",
                    "INSERT INTO payment VALUES ('account 1', -2.5)");
        }
    }
}
