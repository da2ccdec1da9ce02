package io.walex.reactive;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.testsupport.ForkedJvm;
import io.walex.reactive.testsupport.PostgresExtension;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Mono;

/** Memory stays flat, however large the rows are and however long the consumer stalls. */
class StalledConsumerIT {

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.shared();

    private static final int ROWS = 100;
    private static final int ROW_SIZE = 1 << 20;

    @Test
    void megabyteRowsPassAStalledConsumerInASmallHeap() {
        postgres.execute(
                "CREATE TABLE blob (id int PRIMARY KEY, body text)",
                "ALTER TABLE blob ALTER body SET STORAGE EXTERNAL",
                "CREATE PUBLICATION events FOR TABLE blob",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')",
                "INSERT INTO blob SELECT i, repeat('x', " + ROW_SIZE + ") FROM generate_series(1, " + ROWS + ") i");

        String printed = ForkedJvm.run(
                120,
                List.of("-Xmx64m", "-XX:MaxDirectMemorySize=16m", "-Dio.netty.maxDirectMemory=16777216"),
                StalledConsumer.class,
                postgres.url());

        assertThat(printed.trim()).isEqualTo("received " + ROWS + " in order");
    }

    /** Takes a few rows, stalls, takes the rest; fails when memory ran out meanwhile. */
    static final class StalledConsumer {

        public static void main(String[] arguments) {
            WalExConfig config = WalExConfig.fromUrl(arguments[0])
                    .publication("events")
                    .slot(SlotSpec.durable("walex"))
                    .build();
            WalEx walEx = WalEx.create(config);
            List<ConnectionState> states = new CopyOnWriteArrayList<>();
            walEx.states().subscribe(states::add);
            Long inOrder = walEx.changes()
                    .concatMap(
                            event -> Mono.delay(
                                            Duration.ofMillis(event.position().ordinal() == 5 ? 3_000 : 10))
                                    .thenReturn((Integer) event.newRecord().get("id")),
                            0)
                    .take(ROWS)
                    .index()
                    .filter(numbered -> numbered.getT1() + 1 == numbered.getT2())
                    .count()
                    .block(Duration.ofSeconds(100));
            if (states.stream().anyMatch(state -> state instanceof ConnectionState.Reconnecting)) {
                throw new IllegalStateException(states.toString());
            }
            System.out.println("received " + inOrder + " in order");
        }
    }
}
