package io.walex.reactive.guarantees.security;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.SslManagers;
import io.walex.reactive.config.SslMode;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.AuthenticationException;
import io.walex.reactive.error.ConnectionLostException;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.error.TlsException;
import io.walex.reactive.event.Event;
import io.walex.reactive.stream.ConnectionState;
import io.walex.reactive.testsupport.Certificates;
import io.walex.reactive.testsupport.EmbeddedServer.StopMode;
import io.walex.reactive.testsupport.TcpProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.util.retry.Retry;

/** Encryption, and whose certificate is trusted. */
class EncryptionIT extends SecuredServer {

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
    void managersOfASupplierStandForFiles() {
        server.replaceHba("host all postgres all trust", "hostssl all all all cert");
        WalExConfig.Builder config = WalExConfig.fromUrl(database.url("shop", ""))
                .publication("events")
                .host("localhost")
                .sslMode(SslMode.VERIFY_FULL)
                .sslManagers(() -> new SslManagers(serverPem.trusted(), clientPem.shown()));

        assertThat(encryption(config)).isEqualTo("true /CN=shop");
        assertRefused(config.host("127.0.0.1"), TlsException.class);
        assertRefused(
                config.host("localhost").sslManagers(() -> new SslManagers(strangerPem.trusted(), clientPem.shown())),
                TlsException.class);
        assertRefused(
                config.sslManagers(() -> new SslManagers(serverPem.trusted(), null)), AuthenticationException.class);
        // Nothing is checked, as with files.
        assertThat(encryption(config.sslMode(SslMode.REQUIRE)
                        .sslManagers(() -> new SslManagers(strangerPem.trusted(), clientPem.shown()))))
                .isEqualTo("true /CN=shop");
    }

    @Test
    void managersAreAskedForAtEachConnection() {
        server.replaceHba("host all postgres all trust", "hostssl all all all scram-sha-256");
        AtomicReference<SslManagers> inForce = new AtomicReference<>(new SslManagers(serverPem.trusted(), null));
        List<ConnectionState> states = Collections.synchronizedList(new ArrayList<>());
        WalEx walEx = WalEx.create(config().sslMode(SslMode.VERIFY_CA)
                .slot(SlotSpec.durable("managers"))
                .sslManagers(inForce::get)
                .build());
        walEx.states().subscribe(states::add);
        var stream = walEx.changes().subscribe();
        walEx.awaitStreaming().block(PATIENCE);
        try {
            inForce.set(new SslManagers(strangerPem.trusted(), null));
            serverShows(strangerPem);

            await().atMost(PATIENCE)
                    .until(() -> states.stream()
                                    .filter(state -> state instanceof ConnectionState.Streaming)
                                    .count()
                            == 2);
        } finally {
            stream.dispose();
            walEx.closeGracefully().block(PATIENCE);
            serverShows(serverPem);
            database.awaitSlotInactive("managers");
            database.execute("SELECT pg_drop_replication_slot('managers')");
        }
    }

    private static void serverShows(Certificates.Pem pem) {
        database.execute(
                "ALTER SYSTEM SET ssl_cert_file = '" + pem.certificate() + "'",
                "ALTER SYSTEM SET ssl_key_file = '" + pem.key() + "'");
        server.restart(StopMode.FAST);
    }

    @Test
    void managersThatCannotBeHadAreAnErrorThatSaysSo() {
        WalExConfig config = config().sslManagers(() -> {
                    throw new IllegalStateException("bundle \"shop\" is gone");
                })
                .build();

        assertThatThrownBy(() -> WalEx.changes(config).blockLast(PATIENCE))
                .isInstanceOf(TlsException.class)
                .hasMessageContaining("bundle \"shop\" is gone")
                .hasMessageContaining("sslManagers");
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
}
