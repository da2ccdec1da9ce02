package io.walex.reactive.guarantees.security;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
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
import io.walex.reactive.error.PublicationNotFoundException;
import io.walex.reactive.event.Event;
import io.walex.reactive.stream.ConnectionState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import reactor.util.retry.Retry;

/** Passwords: how they authenticate and change, and that they are never shown. */
class PasswordsIT extends SecuredServer {

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
