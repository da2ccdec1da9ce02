package io.walex.reactive.guarantees.failure;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.SslMode;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.AuthenticationException;
import io.walex.reactive.error.DatabaseNotFoundException;
import io.walex.reactive.error.HostNotFoundException;
import io.walex.reactive.error.InsufficientPrivilegeException;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.error.PublicationNotFoundException;
import io.walex.reactive.error.ServerUnreachableException;
import io.walex.reactive.error.SlotInUseException;
import io.walex.reactive.error.SlotNotFoundException;
import io.walex.reactive.error.TlsException;
import io.walex.reactive.error.WalLevelException;
import io.walex.reactive.testsupport.EmbeddedServer;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.TestDatabase;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Wrong set-ups end in an error of their own type, which names the thing and the remedy and shows no secret. */
class StartupErrorsIT {

    private static final String SECRET = "correct-horse-battery";

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @BeforeEach
    void createPublication() {
        postgres.execute("CREATE TABLE todo (id int)", "CREATE PUBLICATION events FOR TABLE todo");
    }

    private WalExConfig.Builder config() {
        return WalExConfig.fromUrl(postgres.url()).publication("events");
    }

    /** Fails without having retried for ever. */
    private static Throwable failure(WalExConfig.Builder config) {
        Throwable error = catchThrowable(() -> WalEx.changes(config.build()).blockLast(PATIENCE));
        StringWriter trace = new StringWriter();
        error.printStackTrace(new PrintWriter(trace));
        assertThat(trace.toString()).doesNotContain(SECRET);
        return error;
    }

    @Test
    void wrongPassword() {
        try (EmbeddedServer server = PostgresServer.start(PostgresServer.DEFAULT_MAJOR, Map.of())) {
            server.requirePassword("scram-sha-256", "other");
            TestDatabase database = server.createDatabase();
            WalExConfig.Builder config =
                    WalExConfig.fromUrl(database.url("postgres", SECRET)).publication("events");

            assertThat(failure(config))
                    .isInstanceOf(AuthenticationException.class)
                    .hasMessageContainingAll("\"postgres\"", "check user name, password and pg_hba.conf");
            assertThat(failure(WalExConfig.fromUrl(database.url("postgres", "")).publication("events")))
                    .isInstanceOf(AuthenticationException.class)
                    .hasMessageContainingAll("\"postgres\"", "password");
        }
    }

    @Test
    void unknownHost() {
        // Where no name server answers, that takes its time.
        assertThat(failure(config().host("no-such-host.invalid").connectTimeout(PATIENCE.dividedBy(2))))
                .isInstanceOf(HostNotFoundException.class)
                .hasMessageContainingAll("\"no-such-host.invalid\"", "check the host name");
    }

    /** The URL is read as libpq reads it, and so the host is looked up, although java.net.URI knows none in it. */
    @Test
    void unknownHostWithAnUnderscore() {
        assertThat(failure(WalExConfig.fromUrl("postgresql://shop@no_such_host.invalid/shop")
                        .publication("events")
                        .connectTimeout(PATIENCE.dividedBy(2))))
                .isInstanceOf(HostNotFoundException.class)
                .hasMessageContaining("Host \"no_such_host.invalid\"");
    }

    @Test
    void closedPort() {
        assertThat(failure(config().port(1)))
                .isInstanceOf(ServerUnreachableException.class)
                .hasMessageContainingAll(postgres.host() + ":1", "check host, port and firewall");
    }

    @Test
    void serverThatNeverAnswers() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            WalExConfig.Builder config = config().host(silent.getInetAddress().getHostAddress())
                    .port(silent.getLocalPort())
                    .connectTimeout(Duration.ofMillis(500));

            assertThat(failure(config))
                    .isInstanceOf(ServerUnreachableException.class)
                    .hasMessageContainingAll(":" + silent.getLocalPort(), "no answer within 500 ms");
        }
    }

    @Test
    void unknownDatabase() {
        assertThat(failure(config().database("nowhere")))
                .isInstanceOf(DatabaseNotFoundException.class)
                .hasMessageContainingAll("\"nowhere\"", "check its name");
    }

    @Test
    void missingPublication() {
        assertThat(failure(config().publication("events", "mi\"ssing")))
                .isInstanceOf(PublicationNotFoundException.class)
                .hasMessageContainingAll("mi\"ssing", "[events]", "CREATE PUBLICATION \"mi\"\"ssing\"");
    }

    @Test
    void walLevelNotLogical() {
        try (EmbeddedServer server =
                PostgresServer.start(PostgresServer.DEFAULT_MAJOR, Map.of("wal_level", "replica"))) {
            TestDatabase database = server.createDatabase();
            // PostgreSQL itself only warns of such a publication.
            database.execute("CREATE PUBLICATION events FOR ALL TABLES");

            assertThat(failure(WalExConfig.fromUrl(database.url()).publication("events")))
                    .isInstanceOf(WalLevelException.class)
                    .hasMessageContainingAll("wal_level = replica", "set wal_level = logical and restart");
        }
    }

    @Test
    void roleWithoutReplication() {
        String role = "plain_" + postgres.name();
        postgres.execute("CREATE ROLE " + role + " LOGIN PASSWORD '" + SECRET + "'");
        try {
            assertThat(failure(WalExConfig.fromUrl(postgres.url(role, SECRET)).publication("events")))
                    .isInstanceOf(InsufficientPrivilegeException.class)
                    .hasMessageContainingAll(role, "ALTER ROLE", "REPLICATION");
            assertThat(failure(WalExConfig.fromUrl(postgres.url(role, SECRET))
                            .publication("events")
                            .slot(SlotSpec.durable("walex"))))
                    .isInstanceOf(InsufficientPrivilegeException.class)
                    .hasMessageContainingAll(role, "ALTER ROLE", "REPLICATION");
        } finally {
            postgres.execute("DROP ROLE " + role);
        }
    }

    @Test
    void roleThatMayNotConnect() {
        String role = "outside_" + postgres.name();
        postgres.execute(
                "CREATE ROLE " + role + " LOGIN REPLICATION PASSWORD '" + SECRET + "'",
                "REVOKE CONNECT ON DATABASE " + postgres.name() + " FROM PUBLIC");
        try {
            assertThat(failure(WalExConfig.fromUrl(postgres.url(role, SECRET)).publication("events")))
                    .isInstanceOf(InsufficientPrivilegeException.class)
                    .hasMessageContaining("GRANT CONNECT ON DATABASE \"" + postgres.name() + "\"");
        } finally {
            postgres.execute("DROP ROLE " + role);
        }
    }

    @Test
    void roleWithReplicationNeedsNothingElse() {
        String role = "stream_" + postgres.name();
        postgres.execute("CREATE ROLE " + role + " LOGIN REPLICATION PASSWORD '" + SECRET + "'");
        postgres.execute(
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')", "INSERT INTO todo VALUES (1)");
        try {
            assertThat(WalEx.changes(WalExConfig.fromUrl(postgres.url(role, SECRET))
                                    .publication("events")
                                    .slot(SlotSpec.durable("walex"))
                                    .build())
                            .blockFirst(PATIENCE))
                    .isNotNull();
        } finally {
            postgres.awaitSlotInactive("walex");
            postgres.execute("DROP ROLE " + role);
        }
    }

    @Test
    void invalidSlotName() {
        assertThat(catchThrowable(() -> SlotSpec.durable("My-Slot")))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContainingAll("\"My-Slot\"", "use 1 to 63 characters of a-z, 0-9 and _");
    }

    @Test
    void slotThatMustExist() {
        assertThat(failure(config().slot(SlotSpec.durable("absent").mustExist())))
                .isInstanceOf(SlotNotFoundException.class)
                .hasMessageContainingAll("\"absent\"", "create it");
        assertThat(postgres.slots().all()).isEmpty();
    }

    @Test
    void slotAlreadyActive() {
        // Made beforehand, since the session that makes a slot is its owner for a moment.
        postgres.execute("SELECT pg_create_logical_replication_slot('walex', 'pgoutput')");
        var owner =
                WalEx.changes(config().slot(SlotSpec.durable("walex")).build()).subscribe();
        try {
            String pid = String.valueOf(postgres.awaitSlotActive("walex").activePid());

            assertThat(failure(config().slot(SlotSpec.durable("walex"))))
                    .isInstanceOf(SlotInUseException.class)
                    .hasMessageContainingAll("\"walex\"", pid, "whenInUse(WAIT)");
        } finally {
            owner.dispose();
        }
    }

    @Test
    void physicalSlot() {
        postgres.execute("SELECT pg_create_physical_replication_slot('physical_" + postgres.name() + "')");
        try {
            assertThat(failure(config().slot(SlotSpec.durable("physical_" + postgres.name()))))
                    .isInstanceOf(InvalidConfigException.class)
                    .hasMessageContainingAll(
                            "physical_" + postgres.name(),
                            "is a physical slot",
                            "use another name, and do not drop it");
        } finally {
            postgres.execute("SELECT pg_drop_replication_slot('physical_" + postgres.name() + "')");
        }
    }

    @Test
    void slotOfAnotherDatabase() {
        TestDatabase other = postgres.createDatabase();
        String slot = "slot_" + other.name();
        other.execute("SELECT pg_create_logical_replication_slot('" + slot + "', 'pgoutput')");

        assertThat(failure(config().slot(SlotSpec.durable(slot))))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContainingAll(slot, "database " + other.name(), "use another name, and do not drop it");
        other.drop();
    }

    /** Else whoever disposes of the stream then would have Reactor report a dropped error. */
    @Test
    void subscriberHearsOfTheErrorBeforeWhoeverAwaitsStreaming() {
        WalEx walex = WalEx.create(config().publication("missing").build());
        AtomicReference<Throwable> heard = new AtomicReference<>();
        walex.changes().subscribe(event -> {}, heard::set);

        Throwable awaited = catchThrowable(() -> walex.awaitStreaming().block(PATIENCE));

        assertThat(awaited).isInstanceOf(PublicationNotFoundException.class);
        assertThat(heard.get()).isSameAs(awaited);
    }

    @Test
    void serverWithoutTls() {
        assertThat(failure(config().sslMode(SslMode.REQUIRE)))
                .isInstanceOf(TlsException.class)
                .hasMessageContainingAll("sslmode require", "choose another sslmode");
    }
}
