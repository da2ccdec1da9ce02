package io.walex.reactive.guarantees.order;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.testsupport.EmbeddedServer;
import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.TestDatabase;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.test.StepVerifier;

/** Positions whose lower half is no positive int, as half of all are. */
class HighLsnIT {

    private static final Lsn HIGH = Lsn.parse("0/80000000");

    private static EmbeddedServer server;
    private static TestDatabase database;

    /** Two gigabytes of WAL, nearly all of it empty. */
    @BeforeAll
    static void startServer() {
        server = PostgresServer.start(PostgresServer.DEFAULT_MAJOR, Map.of("wal_init_zero", "off", "fsync", "off"));
        database = server.createDatabase();
        database.execute("CREATE TABLE todo (id int)", "CREATE PUBLICATION events FOR TABLE todo", """
                DO $$ BEGIN
                    WHILE pg_current_wal_insert_lsn() < '0/80000000' LOOP
                        PERFORM pg_logical_emit_message(false, 'fill', ''), pg_switch_wal();
                    END LOOP;
                END $$
                """);
        assertThat(database.currentLsn()).isGreaterThanOrEqualTo(HIGH);
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    static Stream<SlotSpec> slots() {
        return Stream.of(SlotSpec.temporary(), SlotSpec.durable("walex"));
    }

    @ParameterizedTest
    @MethodSource("slots")
    void streamsFromWhereTheSlotBegins(SlotSpec slot) {
        WalEx walEx = WalEx.create(WalExConfig.fromUrl(database.url())
                .publication("events")
                .slot(slot)
                .build());

        StepVerifier.create(walEx.changes().map(event -> event.newRecord().get("id")))
                .then(() -> walEx.awaitStreaming().block(PATIENCE))
                .then(() -> database.execute("INSERT INTO todo VALUES (1)"))
                .expectNext(1)
                .then(() -> walEx.closeGracefully().block(PATIENCE))
                .expectComplete()
                .verify(PATIENCE);
    }
}
