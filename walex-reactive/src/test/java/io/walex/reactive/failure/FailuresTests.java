package io.walex.reactive.failure;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.r2dbc.postgresql.api.ErrorDetails;
import io.r2dbc.postgresql.api.PostgresqlException;
import io.r2dbc.postgresql.message.backend.Field;
import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.R2dbcNonTransientResourceException;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.ConnectionLostException;
import io.walex.reactive.error.PublicationNotFoundException;
import io.walex.reactive.error.ServerUnreachableException;
import io.walex.reactive.error.TlsException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FailuresTests {

    private static final WalExConfig CONFIG = WalExConfig.builder()
            .host("db.example")
            .username("shop")
            .database("shop")
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
        "42704, ServerException",
        "55000, ServerException",
        "0A000, ServerException",
        "58P01, ServerException",
        "54000, ServerException",
        "57P01, ConnectionLostException",
        "57P03, ConnectionLostException",
        "08006, ConnectionLostException",
        "08P01, ServerUnreachableException",
        "XX000, ServerException",
    })
    void sqlStatesDecide(String state, String type) {
        assertThat(translate(sql(state, "reason")).getClass().getSimpleName()).isEqualTo(type);
    }

    /** As servers from 14 to 18 sent them, most of them with lc_messages = de_DE.UTF-8. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    42704 | ReplicationSlotAcquire | Replikations-Slot »walex« existiert nicht | SlotNotFoundException | Slot "walex" does not exist
                    42704 | get_publication_oid | Publikation »events« existiert nicht | PublicationNotFoundException | Publication "events" was dropped
                    42704 | get_role_oid | Rolle »events« existiert nicht | ServerException | (SQLSTATE 42704)
                    42501 | CheckMyDatabase | keine Berechtigung für Datenbank »shop« | InsufficientPrivilegeException | GRANT CONNECT ON DATABASE "shop" TO "shop"
                    42501 | InitPostgres | nur Superuser und Replikationsrollen können WAL-Sender starten | InsufficientPrivilegeException | ALTER ROLE ... REPLICATION
                    42501 | CheckSlotPermissions | nur Superuser und Replikationsrollen können Replikations-Slots verwenden | InsufficientPrivilegeException | ALTER ROLE ... REPLICATION
                    42501 | check_permissions | must be superuser or replication role to use replication slots | InsufficientPrivilegeException | ALTER ROLE ... REPLICATION
                    42501 | StartupDecodingContext | library "pgoutput" may not be used as an output plugin | InsufficientPrivilegeException | grant it that
                    55000 | StartLogicalReplication | kann nicht aus logischem Replikations-Slot »walex« lesen | SlotInvalidatedException | drop it
                    55000 | CreateDecodingContext | aus Replikations-Slot »walex« können keine Änderungen mehr gelesen werden | SlotInvalidatedException | drop it
                    55000 | ReplicationSlotAcquire | can no longer access replication slot "walex" | SlotInvalidatedException | drop it
                    55000 | CheckLogicalDecodingRequirements | logische Dekodierung erfordert wal_level >= logical | WalLevelException | set wal_level = logical
                    55000 | xlog_decode | logical decoding on standby requires "wal_level" >= "logical" on the primary | WalLevelException | restart that server
                    55000 | pg_current_wal_lsn | Wiederherstellung läuft | ServerUnreachableException | promote it
                    0A000 | CheckLogicalDecodingRequirements | logische Dekodierung kann nicht während der Wiederherstellung verwendet werden | ServerUnreachableException | promote it
                    0A000 | pgoutput_startup | Client sendete proto_version=99, aber wir unterstützen nur Protokoll 3 oder niedriger | ServerException | (SQLSTATE 0A000)
                    58P01 | WalSndSegmentOpen | das angeforderte WAL-Segment wurde schon entfernt | SlotInvalidatedException | drop it
                    58P01 | internal_load_library | konnte nicht auf Datei »pgoutput« zugreifen | ServerException | (SQLSTATE 58P01)
                    XX000 | palloc | invalid memory alloc request size 1200000003 | ServerException | set binary(true)
                    XX000 | MemoryContextSizeFailure | invalid memory alloc request size 1200000003 | ServerException | set binary(true)
                    54000 | enlargeStringInfo | Speicher aufgebraucht | ServerException | set binary(true)
                    XX000 | ReorderBufferProcessTXN | tuplecid value in changed tuple | ServerException | (SQLSTATE XX000)
                    08P01 | ProcessStartupPacket | ungültige Länge des Startpakets | ServerException | (SQLSTATE 08P01)
                    42601 | scanner_yyerror | Syntaxfehler bei »SELECT« | ServerException | Syntaxfehler
                    """)
    void routinesDecideWhereTheTextIsInAnyLanguage(
            String state, String routine, String says, String type, String message) {
        Throwable translated = translate(new Told(state, routine, says));

        assertThat(translated.getClass().getSimpleName()).isEqualTo(type);
        assertThat(translated).hasMessageContainingAll(says, message);
        assertThat(translated.getMessage()).doesNotContain("while streaming", "refused to stream");
    }

    /** An error as the driver gives it. */
    private static final class Told extends R2dbcNonTransientResourceException implements PostgresqlException {

        private final transient ErrorDetails details;

        Told(String state, @Nullable String routine, String says) {
            super(says, state);
            List<Field> fields = new ArrayList<>(
                    List.of(new Field(Field.FieldType.CODE, state), new Field(Field.FieldType.MESSAGE, says)));
            if (routine != null) {
                fields.add(new Field(Field.FieldType.ROUTINE, routine));
            }
            details = new ErrorDetails(fields);
        }

        @Override
        public ErrorDetails getErrorDetails() {
            return details;
        }
    }

    /** As PgBouncer 1.18 sent them, which has no routine to tell. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "unsupported startup parameter: extra_float_digits",
                "unsupported startup parameter: replication",
                "\"trust\" authentication failed"
            })
    void poolerIsNoLostConnection(String says) {
        Throwable translated = translate(new Told("08P01", null, says));

        assertThat(translated)
                .isInstanceOf(ServerUnreachableException.class)
                .hasMessageContainingAll("db.example:5432", says, "connect to the server itself");
        assertThat(Failures.isRetryable(translated, false)).isFalse();
    }

    @Test
    void namesAllPublicationsOfWhichOneWent() {
        WalExConfig two = CONFIG.mutate().publication("events", "more").build();

        assertThat(Failures.translate(
                        new Told("42704", "get_publication_oid", "Publikation »more« existiert nicht"),
                        two,
                        "slot \"walex\""))
                .isInstanceOf(PublicationNotFoundException.class)
                .hasMessageContainingAll("One of the publications \"events\", \"more\"", "»more«");
    }

    @Test
    void binaryIsNoRemedyForWhatIsBinary() {
        WalExConfig binary = CONFIG.mutate().binary(true).build();

        assertThat(Failures.translate(new Told("XX000", "palloc", "too much"), binary, "slot \"walex\""))
                .hasMessageContaining("leave the column out")
                .message()
                .doesNotContain("binary(true)");
    }

    @Test
    void endOfTheStreamAndSilenceAreALostConnection() {
        assertThat(Failures.translate(new EOFException("closed"), new Attempted(CONFIG, "slot \"walex\"", true)))
                .isInstanceOf(ConnectionLostException.class)
                .hasMessage("Connection to db.example:5432 lost while streaming from slot \"walex\": closed");
        assertThat(translate(new EOFException("closed")))
                .isInstanceOf(ConnectionLostException.class)
                .hasMessage("Connection to db.example:5432 lost: closed");
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
