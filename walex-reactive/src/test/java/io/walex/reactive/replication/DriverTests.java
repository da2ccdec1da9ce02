package io.walex.reactive.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.r2dbc.postgresql.PostgresqlConnectionConfiguration;
import io.r2dbc.postgresql.authentication.AuthenticationHandler;
import io.r2dbc.postgresql.authentication.UsernameAndPassword;
import io.r2dbc.postgresql.client.ConnectionContext;
import io.r2dbc.postgresql.message.backend.AuthenticationCleartextPassword;
import io.r2dbc.postgresql.replication.LogSequenceNumber;
import io.r2dbc.postgresql.replication.ReplicationRequest;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is known of the driver, and worked around. When one of these fails, look whether the workaround can go. */
class DriverTests {

    /** {@link ReplicationConnection#createTemporarySlot} asks the server instead. */
    @Test
    void losesTheUpperHalfOfAnLsnWhoseLowerHalfIsLarge() {
        assertThat(LogSequenceNumber.valueOf("1/7FFFFFFF").asLong()).isEqualTo(0x1_7FFF_FFFFL);
        assertThat(LogSequenceNumber.valueOf("1/80000000").asLong()).isEqualTo(0xFFFF_FFFF_8000_0000L);
    }

    /** {@link StartReplication} quotes and escapes. */
    @Test
    void writesNamesAndOptionsAsTheyAre() {
        assertThat(ReplicationRequest.logical()
                        .slotName("a b")
                        .startPosition(LogSequenceNumber.valueOf(0L))
                        .slotOption("name", "it's")
                        .build()
                        .asSQL())
                .contains(" a b ")
                .contains("'it's'");
    }

    /** Failures tell by this that a server asks for a password where none is configured. */
    @Test
    void saysThatAPasswordIsMissingInAnIllegalArgumentException() {
        assertThatThrownBy(() -> AuthenticationHandler.getAuthenticationHandler(
                        AuthenticationCleartextPassword.INSTANCE,
                        new UsernameAndPassword("walex", null),
                        new ConnectionContext()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Password ");
    }

    /** The pinned {@code client_encoding} is not in the way of the driver's own. */
    @Test
    void takesTheEncodingThatItUsesItselfAsAnOption() {
        assertThat(PostgresqlConnectionConfiguration.builder()
                        .host("localhost")
                        .username("walex")
                        .options(Map.of("client_encoding", "UTF8"))
                        .build())
                .isNotNull();
    }
}
