package io.walex.reactive.guarantees.order;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.testsupport.PostgresExtension;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Commit order, whichever thread signals demand. */
class OrderingIT {

    private static final int PASSES = 20;
    private static final int ROWS = 100_000;

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.shared();

    @Test
    void keepsOrderWhenDemandComesFromOtherThreads() {
        postgres.execute(
                "CREATE TABLE todo (id int PRIMARY KEY)",
                "CREATE PUBLICATION events FOR TABLE todo",
                "SELECT pg_create_logical_replication_slot('origin', 'pgoutput')");
        postgres.execute("INSERT INTO todo SELECT * FROM generate_series(1, 50000)");
        postgres.execute("DO $$ BEGIN FOR i IN 0..4999 LOOP"
                + " INSERT INTO todo SELECT 50001 + i * 10 + j FROM generate_series(0, 9) j; COMMIT; END LOOP; END $$");

        for (int pass = 0; pass < PASSES; pass++) {
            // A copy of the slot gives the same changes again.
            postgres.execute("SELECT pg_copy_logical_replication_slot('origin', 'pass_" + pass + "')");
            assertThat(rowsOutOfOrder("pass_" + pass)).as("pass " + pass).isZero();
            postgres.awaitSlotInactive("pass_" + pass);
            postgres.execute("SELECT pg_drop_replication_slot('pass_" + pass + "')");
        }
    }

    private long rowsOutOfOrder(String slot) {
        WalExConfig config = WalExConfig.fromUrl(postgres.url())
                .publication("events")
                .slot(SlotSpec.durable(slot))
                .build();
        return WalEx.changes(config)
                .publishOn(Schedulers.parallel(), 1024)
                .map(event -> Integer.parseInt(event.newRecord().getText("id")))
                .take(ROWS)
                .index()
                .filter(numbered -> numbered.getT1() + 1 != numbered.getT2())
                .count()
                .switchIfEmpty(Mono.just(-1L))
                .block(Duration.ofSeconds(60));
    }
}
