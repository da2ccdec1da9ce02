package io.walex.reactive.guarantees.failure;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.ServerUnreachableException;
import io.walex.reactive.preflight.Preflight;
import io.walex.reactive.server.SessionSettings;
import io.walex.reactive.testsupport.PgBouncer;
import io.walex.reactive.testsupport.PostgresExtension;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A pooler in front of the server cannot pass a stream on; whoever is led there is told so at once. */
class PoolerIT {

    /** As people add them one by one, until the pooler complains no more. */
    private static final String EVERYTHING = String.join(",", SessionSettings.PINNED.keySet()) + ",options,replication";

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @BeforeEach
    void createPublication() {
        assumeTrue(PgBouncer.isInstalled(), "PgBouncer is not installed");
        postgres.execute("CREATE TABLE todo (id int)", "CREATE PUBLICATION events FOR TABLE todo");
    }

    private WalExConfig.Builder through(PgBouncer pooler) {
        return WalExConfig.fromUrl(postgres.url())
                .host("127.0.0.1")
                .port(pooler.port())
                .publication("events");
    }

    @ParameterizedTest
    @CsvSource({"session, ''", "transaction, ''", "session, all", "transaction, all"})
    void isAFinalErrorThatSaysWhereToConnectTo(String poolMode, String ignored) {
        try (PgBouncer pooler = PgBouncer.start(postgres.server(), poolMode, ignored.isEmpty() ? "" : EVERYTHING)) {
            for (SlotSpec slot : new SlotSpec[] {SlotSpec.temporary(), SlotSpec.durable("walex")}) {
                WalEx walex = WalEx.create(through(pooler).slot(slot).build());

                Throwable failure = catchThrowable(() -> walex.changes().blockLast(PATIENCE));

                assertThat(failure)
                        .isInstanceOf(ServerUnreachableException.class)
                        .hasMessageContainingAll(
                                "127.0.0.1:" + pooler.port(), "connect to the server itself, not through a pooler");
                assertThat(failure.getMessage()).doesNotContain("while streaming");
                assertThat(catchThrowable(() -> walex.awaitStreaming().block(PATIENCE)))
                        .hasMessage(failure.getMessage());
            }
            assertThat(postgres.slots().all())
                    .as("slots that nobody can stream from")
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"session, ''", "transaction, all"})
    void preflightAndSetupSaySo(String poolMode, String ignored) {
        try (PgBouncer pooler = PgBouncer.start(postgres.server(), poolMode, ignored.isEmpty() ? "" : EVERYTHING)) {
            WalExConfig config = through(pooler).slot(SlotSpec.durable("walex")).build();

            assertThat(told(config)).contains("connect to the server itself, not through a pooler");
            assertThat(catchThrowable(() -> WalEx.setup(config).block(PATIENCE)))
                    .isInstanceOf(ServerUnreachableException.class)
                    .hasMessageContaining("not through a pooler");
            assertThat(postgres.slots().all()).isEmpty();
        }
    }

    /** Where it can look, it finds; where it cannot, it fails. */
    private static String told(WalExConfig config) {
        try {
            Preflight found = WalEx.preflight(config).block(PATIENCE);
            assertThat(found.isReady()).isFalse();
            return found.toString();
        } catch (ServerUnreachableException failed) {
            return failed.getMessage();
        }
    }
}
