package io.walex.reactive.guarantees.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.PublicationSetup;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.Streaming;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.InsufficientPrivilegeException;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.error.PublicationNotFoundException;
import io.walex.reactive.error.SlotInUseException;
import io.walex.reactive.error.SlotNotFoundException;
import io.walex.reactive.error.UnsupportedServerException;
import io.walex.reactive.error.WalExException;
import io.walex.reactive.event.TwoPhase;
import io.walex.reactive.preflight.Preflight;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.TestDatabase;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.Disposable;

/** What a preflight says first of what fails is, word for word, what a start fails with. */
class PreflightAgreesWithStartIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared(PostgresServer.DEFAULT_MAJOR);

    @RegisterExtension
    final PostgresExtension oldest = PostgresExtension.shared(PostgresServer.OLDEST_MAJOR);

    @BeforeEach
    void createPublication() {
        for (TestDatabase database : new TestDatabase[] {postgres, oldest}) {
            database.execute("CREATE TABLE todo (id int PRIMARY KEY)", "CREATE PUBLICATION events FOR TABLE todo");
        }
    }

    private WalExConfig.Builder config() {
        return WalExConfig.fromUrl(postgres.url()).publication("events").slot(SlotSpec.durable(postgres.name()));
    }

    private WalExConfig.Builder configOfOldest() {
        return WalExConfig.fromUrl(oldest.url()).publication("events").slot(SlotSpec.durable(oldest.name()));
    }

    private static void assertAgreement(WalExConfig.Builder config, Class<? extends WalExException> type) {
        String told = WalEx.preflight(config.build()).block(PATIENCE).findings().stream()
                .filter(finding -> finding.severity() == Preflight.Severity.FAILS)
                .map(finding -> finding.subject() + " " + finding.problem() + "; " + finding.remedy())
                .findFirst()
                .orElse("ready");

        Throwable failure = catchThrowable(() -> WalEx.changes(config.build()).blockFirst(PATIENCE));
        assertThat(failure).isInstanceOf(type);
        assertThat(failure.getMessage()).isEqualToIgnoringCase(told);
    }

    @Test
    void publicationThatDoesNotExist() {
        assertAgreement(config().publication("events", "ab\"sent"), PublicationNotFoundException.class);
    }

    @Test
    void slotThatDoesNotExist() {
        assertAgreement(config().slot(SlotSpec.durable("absent").mustExist()), SlotNotFoundException.class);
    }

    @Test
    void firstOfSeveral() {
        assertAgreement(
                config().publication("absent").slot(SlotSpec.durable("absent").mustExist()),
                PublicationNotFoundException.class);
    }

    @Test
    void physicalSlot() {
        postgres.execute("SELECT pg_create_physical_replication_slot('" + postgres.name() + "')");
        try {
            assertAgreement(config(), InvalidConfigException.class);
        } finally {
            postgres.execute("SELECT pg_drop_replication_slot('" + postgres.name() + "')");
        }
    }

    @Test
    void slotOfAnotherDatabase() {
        TestDatabase other = postgres.createDatabase();
        other.execute("SELECT pg_create_logical_replication_slot('slot_" + other.name() + "', 'pgoutput')");

        assertAgreement(config().slot(SlotSpec.durable("slot_" + other.name())), InvalidConfigException.class);
        other.drop();
    }

    @Test
    void slotInUse() {
        WalEx owner = WalEx.create(config().build());
        Disposable stream = owner.changes().subscribe();
        try {
            owner.awaitStreaming().block(PATIENCE);

            assertAgreement(config(), SlotInUseException.class);
        } finally {
            stream.dispose();
            owner.closeGracefully().block(PATIENCE);
        }
    }

    @Test
    void slotWithoutTwoPhaseDecoding() {
        postgres.execute("SELECT pg_create_logical_replication_slot('" + postgres.name() + "', 'pgoutput')");

        assertAgreement(config().twoPhase(TwoPhase.AT_PREPARE), InvalidConfigException.class);
    }

    @Test
    void slotWithTwoPhaseDecoding() {
        postgres.execute(
                "SELECT pg_create_logical_replication_slot('" + postgres.name() + "', 'pgoutput', twophase => true)");

        assertAgreement(config(), InvalidConfigException.class);
    }

    @Test
    void failoverSlotThatTheServerDoesNotKnow() {
        assertAgreement(
                configOfOldest().slot(SlotSpec.durable("shop").forFailover()), UnsupportedServerException.class);
    }

    @Test
    void optionThatTheServerDoesNotKnow() {
        assertAgreement(configOfOldest().streaming(Streaming.PARALLEL), UnsupportedServerException.class);
    }

    @Test
    void protocolVersionThatIsTooLow() {
        assertAgreement(config().protocolVersion(1).streaming(Streaming.ON), InvalidConfigException.class);
    }

    @Test
    void publicationsThatPublishDifferentColumns() {
        postgres.execute(
                "CREATE TABLE wide (id int PRIMARY KEY, a int, b int)",
                "CREATE PUBLICATION list_a FOR TABLE wide (id, a)",
                "CREATE PUBLICATION list_b FOR TABLE wide (id, b)");

        assertAgreement(config().publication("list_a", "list_b"), InvalidConfigException.class);
    }

    @Test
    void publicationOfNothing() {
        assertAgreement(
                config().publication("own")
                        .publicationSetup(PublicationSetup.CREATE)
                        .subscribe("absent"),
                InvalidConfigException.class);
    }

    @Test
    void publicationUnderWhichNothingOfAPartitionedTableWouldCome() {
        postgres.execute(
                "CREATE TABLE sale (id int PRIMARY KEY) PARTITION BY RANGE (id)",
                "CREATE TABLE sale_1 PARTITION OF sale FOR VALUES FROM (0) TO (100)");

        assertAgreement(
                config().publicationSetup(PublicationSetup.CREATE_OR_ALTER).subscribe("sale"),
                InvalidConfigException.class);
    }

    /** The server refuses, in its language; a start says what the role lacks. */
    @Test
    void publicationThatTheRoleMayNotMakeOrAlter() {
        String role = "plain_" + postgres.name();
        postgres.execute(
                "CREATE ROLE " + role + " LOGIN REPLICATION PASSWORD 'secret'",
                "CREATE TABLE note (id int PRIMARY KEY)");
        WalExConfig.Builder config = WalExConfig.fromUrl(postgres.url(role, "secret"))
                .publicationSetup(PublicationSetup.CREATE_OR_ALTER)
                .subscribe("todo", "note");
        try {
            assertAgreement(config.publication("own"), InsufficientPrivilegeException.class);
            assertAgreement(config.publication("events"), InsufficientPrivilegeException.class);
            postgres.execute(
                    "GRANT CREATE ON DATABASE " + postgres.name() + " TO " + role,
                    "ALTER PUBLICATION events OWNER TO " + role);
            assertAgreement(config.publication("own"), InsufficientPrivilegeException.class);
            assertAgreement(config.publication("events"), InsufficientPrivilegeException.class);
            assertAgreement(config.publication("own").subscribe("*"), InsufficientPrivilegeException.class);
        } finally {
            postgres.execute(
                    "REASSIGN OWNED BY " + role + " TO CURRENT_USER", "DROP OWNED BY " + role, "DROP ROLE " + role);
        }
    }
}
