package io.walex.reactive.guarantees.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.read.ListAppender;
import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.SslMode;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.AuthenticationException;
import io.walex.reactive.error.ConnectionLostException;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.error.PublicationNotFoundException;
import io.walex.reactive.error.TlsException;
import io.walex.reactive.event.Event;
import io.walex.reactive.stream.ConnectionState;
import io.walex.reactive.testsupport.Certificates;
import io.walex.reactive.testsupport.Certificates.Pem;
import io.walex.reactive.testsupport.EmbeddedServer;
import io.walex.reactive.testsupport.EmbeddedServer.StopMode;
import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.TcpProxy;
import io.walex.reactive.testsupport.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import reactor.test.StepVerifier;
import reactor.util.retry.Retry;

/** Encryption, authentication, and what is never shown. */
class SecurityIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String SECRET = "correct-horse-battery";

    @TempDir
    static Path directory;

    private static EmbeddedServer server;
    private static TestDatabase database;
    private static Pem serverPem;
    private static Pem clientPem;
    private static Pem strangerPem;

    @BeforeAll
    static void startServer() {
        Certificates certificates = new Certificates(directory);
        serverPem = certificates.selfSigned("server", "dns:localhost");
        clientPem = certificates.selfSigned("shop", "dns:client");
        strangerPem = certificates.selfSigned("stranger", "dns:localhost");
        server = PostgresServer.start(PostgresServer.DEFAULT_MAJOR, Map.of());
        database = server.createDatabase();
        database.execute(
                "CREATE ROLE shop LOGIN REPLICATION PASSWORD '" + SECRET + "'",
                "CREATE TABLE todo (id int)",
                "CREATE PUBLICATION events FOR TABLE todo",
                "ALTER SYSTEM SET ssl = on",
                "ALTER SYSTEM SET ssl_cert_file = '" + serverPem.certificate() + "'",
                "ALTER SYSTEM SET ssl_key_file = '" + serverPem.key() + "'",
                "ALTER SYSTEM SET ssl_ca_file = '" + clientPem.certificate() + "'");
        server.restart(StopMode.FAST);
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    private static WalExConfig.Builder config() {
        return WalExConfig.fromUrl(database.url("shop", SECRET)).publication("events");
    }

    /** What the server knows of the stream's encryption, once it streams. */
    private static String encryption(WalExConfig.Builder config) {
        WalEx walEx = WalEx.create(config.build());
        AtomicReference<String> seen = new AtomicReference<>();
        StepVerifier.create(walEx.changes())
                .then(() -> walEx.awaitStreaming().block(PATIENCE))
                .then(
                        () -> seen.set(
                                database.queryText(
                                        "SELECT s.ssl || ' ' || coalesce(s.client_dn, '-') FROM pg_stat_ssl s JOIN pg_stat_replication r USING (pid) ORDER BY r.backend_start DESC")))
                .then(() -> walEx.closeGracefully().block(PATIENCE))
                .expectComplete()
                .verify(PATIENCE);
        return seen.get();
    }

    private static void assertRefused(WalExConfig.Builder config, Class<? extends Throwable> type) {
        StepVerifier.create(WalEx.changes(config.build()))
                .expectErrorSatisfies(
                        error -> assertThat(error).isInstanceOf(type).hasMessageNotContaining(SECRET))
                .verify(PATIENCE);
    }

    @ParameterizedTest
    @EnumSource(names = {"PREFER", "REQUIRE"})
    void encryptsWithoutCheckingTheCertificate(SslMode mode) {
        server.replaceHba("host all postgres all trust", "hostssl all all all scram-sha-256");

        assertThat(encryption(config().sslMode(mode))).isEqualTo("true -");
    }

    @Test
    void disableAndAllowDoNotEncryptUnlessTheServerInsists() {
        server.replaceHba("host all postgres all trust", "host all all all scram-sha-256");
        assertThat(encryption(config().sslMode(SslMode.DISABLE))).isEqualTo("false -");
        assertThat(encryption(config().sslMode(SslMode.ALLOW))).isEqualTo("false -");

        server.replaceHba("host all postgres all trust", "hostssl all all all scram-sha-256");
        assertThat(encryption(config().sslMode(SslMode.ALLOW))).isEqualTo("true -");
        assertRefused(config().sslMode(SslMode.DISABLE), AuthenticationException.class);
    }

    @Test
    void verifyCaChecksTheAuthority() {
        server.replaceHba("host all postgres all trust", "hostssl all all all scram-sha-256");

        assertThat(encryption(config().sslMode(SslMode.VERIFY_CA).sslRootCert(serverPem.certificate())))
                .isEqualTo("true -");
        assertRefused(config().sslMode(SslMode.VERIFY_CA).sslRootCert(strangerPem.certificate()), TlsException.class);
        assertRefused(config().sslMode(SslMode.VERIFY_CA), TlsException.class);
    }

    @Test
    void verifyFullAlsoChecksTheHost() {
        server.replaceHba("host all postgres all trust", "hostssl all all all scram-sha-256");
        WalExConfig.Builder config = config().sslMode(SslMode.VERIFY_FULL).sslRootCert(serverPem.certificate());

        assertThat(encryption(config.host("localhost"))).isEqualTo("true -");
        assertRefused(config.host("127.0.0.1"), TlsException.class);
        assertThat(encryption(config.sslMode(SslMode.VERIFY_CA))).isEqualTo("true -");
    }

    @Test
    void clientCertificatesAuthenticate() {
        server.replaceHba("host all postgres all trust", "hostssl all all all cert");
        WalExConfig.Builder config = WalExConfig.fromUrl(database.url("shop", ""))
                .publication("events")
                .sslMode(SslMode.VERIFY_FULL)
                .sslRootCert(serverPem.certificate());

        assertThat(encryption(config.sslCert(clientPem.certificate()).sslKey(clientPem.key())))
                .isEqualTo("true /CN=shop");
        assertRefused(
                WalExConfig.fromUrl(database.url("shop", ""))
                        .publication("events")
                        .sslMode(SslMode.REQUIRE),
                AuthenticationException.class);
    }

    @Test
    void reconnectsEncryptedAfterATerminatedWalsenderACrashAndARestart() {
        server.replaceHba("host all postgres all trust", "hostssl all all all cert");
        List<Object> received = Collections.synchronizedList(new ArrayList<>());
        List<ConnectionState> states = Collections.synchronizedList(new ArrayList<>());
        WalEx walEx = WalEx.create(WalExConfig.fromUrl(database.url("shop", ""))
                .publication("events")
                .slot(SlotSpec.durable("tls"))
                .sslMode(SslMode.VERIFY_FULL)
                .sslRootCert(serverPem.certificate())
                .sslCert(clientPem.certificate())
                .sslKey(clientPem.key())
                .build());
        walEx.states().subscribe(states::add);
        var stream = walEx.changes()
                .subscribe(event -> received.add(event.newRecord().get("id")));
        walEx.awaitStreaming().block(PATIENCE);

        List<Runnable> breaks = List.of(
                () -> database.terminateWalsenders("tls"),
                () -> server.restart(StopMode.IMMEDIATE),
                () -> server.restart(StopMode.FAST));
        List<Object> inserted = new ArrayList<>();
        for (Runnable breakIt : breaks) {
            breakIt.run();
            inserted.add(inserted.size());
            database.execute("INSERT INTO todo VALUES (" + inserted.get(inserted.size() - 1) + ")");

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(List.copyOf(received)).isEqualTo(inserted));
            assertThat(
                            database.queryText(
                                    "SELECT s.ssl || ' ' || s.client_dn FROM pg_stat_ssl s JOIN pg_stat_replication r USING (pid) ORDER BY r.backend_start DESC"))
                    .isEqualTo("true /CN=shop");
        }
        assertThat(states.stream().filter(state -> state instanceof ConnectionState.Streaming))
                .hasSize(1 + breaks.size());
        stream.dispose();
        database.awaitSlotInactive("tls");
        database.execute("SELECT pg_drop_replication_slot('tls')");
    }

    @Test
    void missingCertificateFileIsNamed() {
        WalExConfig config = config().sslMode(SslMode.VERIFY_CA)
                .sslRootCert(directory.resolve("absent.crt"))
                .build();

        assertThatThrownBy(() -> WalEx.changes(config).blockLast(PATIENCE))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("absent.crt");
    }

    @ParameterizedTest
    @ValueSource(strings = {"scram-sha-256", "md5"})
    void passwordsAuthenticate(String method) {
        String role = "role_" + method.substring(0, 3);
        database.execute("SET password_encryption = '" + method + "'", "SELECT 1");
        try (var connection = database.jdbc();
                var statement = connection.createStatement()) {
            statement.execute("SET password_encryption = '" + method + "'");
            statement.execute("CREATE ROLE " + role + " LOGIN REPLICATION PASSWORD '" + SECRET + "'");
        } catch (java.sql.SQLException e) {
            throw new IllegalStateException(e);
        }
        server.replaceHba("host all postgres all trust", "host all all all " + method);

        assertThat(encryption(WalExConfig.fromUrl(database.url(role, SECRET))
                        .publication("events")
                        .sslMode(SslMode.DISABLE)))
                .isEqualTo("false -");
        assertRefused(
                WalExConfig.fromUrl(database.url(role, SECRET + "x")).publication("events"),
                AuthenticationException.class);
    }

    @Test
    void rotatedPasswordIsUsedAtTheNextConnection() {
        server.replaceHba("host all postgres all trust", "host all all all scram-sha-256");
        database.execute("CREATE ROLE rotating LOGIN REPLICATION PASSWORD 'first'");
        AtomicReference<String> password = new AtomicReference<>("first");
        List<Object> received = Collections.synchronizedList(new ArrayList<>());
        WalEx walEx = WalEx.create(WalExConfig.fromUrl(database.url("rotating", ""))
                .password(password::get)
                .publication("events")
                .slot(SlotSpec.durable("rotating"))
                .build());
        var stream = walEx.changes().subscribe(received::add);
        walEx.awaitStreaming().block(PATIENCE);

        database.execute("ALTER ROLE rotating PASSWORD 'second'");
        password.set("second");
        database.terminateWalsenders("rotating");
        database.execute("INSERT INTO todo VALUES (1)");

        await().atMost(PATIENCE).until(() -> received.size() == 1);
        stream.dispose();
        walEx.closeGracefully().block(PATIENCE);
        database.execute("SELECT pg_drop_replication_slot('rotating')");
    }

    @Test
    void passwordThatIsRefusedWhileItIsRotatedIsTriedAgain() {
        server.replaceHba("host all postgres all trust", "host all all all scram-sha-256");
        database.execute("CREATE ROLE rotated LOGIN REPLICATION PASSWORD 'first'");
        List<Object> received = Collections.synchronizedList(new ArrayList<>());
        WalEx walEx = WalEx.create(WalExConfig.fromUrl(database.url("rotated", "first"))
                .publication("events")
                .slot(SlotSpec.durable("rotated"))
                // A password is refused five times, which leaves time to put it right.
                .retry(Retry.fixedDelay(Long.MAX_VALUE, Duration.ofSeconds(1)))
                .build());
        var stream = walEx.changes().subscribe(received::add, received::add);
        walEx.awaitStreaming().block(PATIENCE);
        try {
            walEx.reconfigure(c -> c.password("second"));
            awaitRefused(walEx);
            walEx.reconfigure(c -> c.password("first"));
            walEx.awaitStreaming().block(PATIENCE);
            database.execute("INSERT INTO todo VALUES (1)");
            await().atMost(PATIENCE).until(() -> received.size() == 1);
            assertThat(received.get(0)).isInstanceOf(Event.class);

            walEx.reconfigure(c -> c.password("third"));
            await().atMost(PATIENCE).until(() -> received.size() == 2);
            assertThat(received.get(1)).isInstanceOf(AuthenticationException.class);
        } finally {
            stream.dispose();
            walEx.closeGracefully().block(PATIENCE);
            database.awaitSlotInactive("rotated");
            database.execute("SELECT pg_drop_replication_slot('rotated')");
        }
    }

    private static void awaitRefused(WalEx walEx) {
        walEx.states()
                .filter(state -> state instanceof ConnectionState.Reconnecting reconnecting
                        && reconnecting.because() instanceof AuthenticationException)
                .blockFirst(PATIENCE);
    }

    @Test
    void securedConnectionThatBreaksIsMadeAgain() {
        server.replaceHba("host all postgres all trust", "hostssl all all all scram-sha-256");
        List<Object> received = Collections.synchronizedList(new ArrayList<>());
        try (TcpProxy proxy = TcpProxy.to(server)) {
            WalEx walEx = WalEx.create(config().host(proxy.host())
                    .port(proxy.port())
                    .sslMode(SslMode.REQUIRE)
                    .slot(SlotSpec.durable("secured"))
                    .retry(Retry.fixedDelay(Long.MAX_VALUE, Duration.ofMillis(100)))
                    .build());
            List<ConnectionState> states = Collections.synchronizedList(new ArrayList<>());
            walEx.states().subscribe(states::add);
            var stream = walEx.changes().subscribe(received::add, received::add);
            walEx.awaitStreaming().block(PATIENCE);

            proxy.garble();
            await().atMost(PATIENCE)
                    .until(() -> states.stream()
                            .anyMatch(state -> state instanceof ConnectionState.Reconnecting reconnecting
                                    && reconnecting.because() instanceof ConnectionLostException lost
                                    && lost.getMessage().contains("not an SSL/TLS record")));
            database.execute("INSERT INTO todo VALUES (1)");

            await().atMost(PATIENCE).until(() -> received.size() == 1);
            assertThat(received.get(0)).isInstanceOf(Event.class);
            stream.dispose();
            walEx.closeGracefully().block(PATIENCE);
        } finally {
            database.awaitSlotInactive("secured");
            database.execute("SELECT pg_drop_replication_slot('secured')");
        }
    }

    @Test
    void nothingSecretIsLoggedAtAnyLevelButTrace() {
        server.replaceHba("host all postgres all trust", "host all all all password");
        Logger root = (Logger) LoggerFactory.getLogger("ROOT");
        Logger own = (Logger) LoggerFactory.getLogger("io.walex");
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.list = Collections.synchronizedList(lines.list);
        lines.start();
        root.addAppender(lines);
        own.setLevel(Level.DEBUG);
        Logger driver = (Logger) LoggerFactory.getLogger("io.r2dbc");
        driver.setLevel(Level.INFO);
        try {
            database.execute("INSERT INTO todo VALUES (1234567)");
            encryption(config());
            assertRefused(config().password(SECRET + "x"), AuthenticationException.class);
            assertRefused(config().database(database.name()).publication("absent"), PublicationNotFoundException.class);
        } finally {
            root.detachAppender(lines);
            own.setLevel(null);
            driver.setLevel(null);
        }

        assertThat(lines.list).isNotEmpty();
        assertThat(List.copyOf(lines.list)).allSatisfy(line -> {
            assertThat(line.getFormattedMessage()).doesNotContain(SECRET).doesNotContain("1234567");
            for (IThrowableProxy cause = line.getThrowableProxy(); cause != null; cause = cause.getCause()) {
                assertThat(String.valueOf(cause.getMessage())).doesNotContain(SECRET);
            }
        });
        assertThat(config().build().toString()).doesNotContain(SECRET);
    }
}
