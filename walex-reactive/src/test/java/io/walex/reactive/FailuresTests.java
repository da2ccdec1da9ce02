package io.walex.reactive;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.R2dbcNonTransientResourceException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.util.List;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailuresTests {

    private static final WalExConfig CONFIG = WalExConfig.builder()
            .host("db.example")
            .username("shop")
            .publication("events")
            .slot(SlotSpec.durable("walex"))
            .build();

    private static Throwable translate(Throwable failure) {
        return Failures.translate(failure, CONFIG, "slot \"walex\"");
    }

    private static R2dbcException sql(String state, String message) {
        return new R2dbcNonTransientResourceException(message, state);
    }

    @ParameterizedTest
    @CsvSource({
        "28P01, AuthenticationException",
        "28000, AuthenticationException",
        "3D000, DatabaseNotFoundException",
        "42501, InsufficientPrivilegeException",
        "55006, SlotInUseException",
        "55P03, ServerException",
        "53300, CapacityException",
        "53400, CapacityException",
        "42704, SlotNotFoundException",
        "55000, ServerException",
        "58P01, SlotInvalidatedException",
        "57P01, ConnectionLostException",
        "57P03, ConnectionLostException",
        "08006, ConnectionLostException",
        "XX000, ServerException",
    })
    void sqlStatesDecide(String state, String type) {
        assertThat(translate(sql(state, "reason")).getClass().getSimpleName()).isEqualTo(type);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    permission denied for database "shop"  | GRANT CONNECT ON DATABASE "shop" TO "shop"
                    permission denied for database shop    | GRANT CREATE ON DATABASE "shop" TO "shop"
                    must be owner of table todo            | owner of the tables
                    permission denied to start WAL sender  | ALTER ROLE ... REPLICATION
                    permission denied to use replication slots | ALTER ROLE ... REPLICATION
                    """)
    void missingPrivilegeIsTheOneToGrant(String says, String remedy) {
        assertThat(translate(sql("42501", says)))
                .isInstanceOf(InsufficientPrivilegeException.class)
                .hasMessageContaining(remedy);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    can no longer get changes from replication slot "walex" | SlotInvalidatedException | drop it
                    can no longer access replication slot "walex"           | SlotInvalidatedException | drop it
                    cannot read from logical replication slot "walex"       | SlotInvalidatedException | drop it
                    logical decoding on standby requires "wal_level" >= "logical" on the primary | WalLevelException | set it there
                    cannot use replication slot "walex" for logical decoding | ServerUnreachableException | promote it
                    recovery is in progress                                 | ServerUnreachableException | promote it
                    """)
    void whatIsNotReadyIsToldApart(String says, String type, String remedy) {
        Throwable translated = translate(sql("55000", says));

        assertThat(translated.getClass().getSimpleName()).isEqualTo(type);
        assertThat(translated).hasMessageContaining(remedy);
    }

    @Test
    void publicationThatWentIsNotTakenForASlot() {
        assertThat(translate(sql("42704", "publication \"events\" does not exist")))
                .isInstanceOf(PublicationNotFoundException.class)
                .hasMessageContainingAll("\"events\"", "create it again");
    }

    @Test
    void endOfTheStreamAndSilenceAreALostConnection() {
        assertThat(translate(new EOFException("closed")))
                .isInstanceOf(ConnectionLostException.class)
                .hasMessage("Connection to db.example:5432 lost while streaming from slot \"walex\": closed");
        assertThat(translate(new TimeoutException("silent"))).isInstanceOf(ConnectionLostException.class);
    }

    @Test
    void errorsOfTheSubscriberStayWhatTheyAre() {
        RuntimeException own = new IllegalArgumentException("mine");

        assertThat(translate(own)).isSameAs(own);
    }

    @Test
    void retriesConnectionsAlwaysAndAddressesOnceTheyHaveWorked() {
        Throwable lost = translate(new EOFException("closed"));
        Throwable unreachable = translate(new java.net.ConnectException("refused"));
        Throwable wrongPassword = translate(sql("28P01", "no"));

        assertThat(Failures.isRetryable(lost, false)).isTrue();
        assertThat(Failures.isRetryable(unreachable, false)).isFalse();
        assertThat(Failures.isRetryable(unreachable, true)).isTrue();
        assertThat(Failures.isRetryable(wrongPassword, false)).isFalse();
        assertThat(Failures.isRetryable(wrongPassword, true)).isTrue();
    }

    @Test
    void connectionThatBreaksWhileItIsSecuredIsNoMatterOfCertificates() {
        for (Throwable broken : List.of(
                new SslHandshakeTimeoutException("handshake timed out after 10000ms"),
                new SSLException("Connection closed while SSL/TLS handshake was in progress"),
                new SSLException(new IOException("Connection reset by peer")),
                new SSLException("engine", new ClosedChannelException()))) {
            assertThat(translate(broken)).isInstanceOf(ServerUnreachableException.class);
        }
        for (Throwable refused : List.of(
                new SSLHandshakeException("PKIX path building failed"),
                new SSLException("Received fatal alert: certificate_required", new CertificateException("no")))) {
            assertThat(translate(refused)).isInstanceOf(TlsException.class);
            assertThat(Failures.isRetryable(translate(refused), true)).isFalse();
        }
    }
}
