package io.walex.reactive.guarantees.security;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.testsupport.Certificates;
import io.walex.reactive.testsupport.Certificates.Pem;
import io.walex.reactive.testsupport.EmbeddedServer;
import io.walex.reactive.testsupport.EmbeddedServer.StopMode;
import io.walex.reactive.testsupport.PostgresServer;
import io.walex.reactive.testsupport.TestDatabase;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import reactor.test.StepVerifier;

/** A server that has TLS, its certificates, and a role that may stream. */
abstract class SecuredServer {

    static final String SECRET = "correct-horse-battery";

    @TempDir
    static Path directory;

    static EmbeddedServer server;
    static TestDatabase database;
    static Pem serverPem;
    static Pem clientPem;
    static Pem strangerPem;

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

    static WalExConfig.Builder config() {
        return WalExConfig.fromUrl(database.url("shop", SECRET)).publication("events");
    }

    /** What the server knows of the stream's encryption, once it streams. */
    static String encryption(WalExConfig.Builder config) {
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

    static void assertRefused(WalExConfig.Builder config, Class<? extends Throwable> type) {
        StepVerifier.create(WalEx.changes(config.build()))
                .expectErrorSatisfies(
                        error -> assertThat(error).isInstanceOf(type).hasMessageNotContaining(SECRET))
                .verify(PATIENCE);
    }
}
