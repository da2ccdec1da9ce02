package io.walex.reactive.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.UnsupportedServerException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PgOutputOptionsTests {

    private static final WalExConfig.Builder CONFIG = WalExConfig.builder().publication("events");

    @ParameterizedTest
    @CsvSource({"130000, 1", "140000, 2", "150000, 3", "160000, 4", "180000, 4"})
    void asksForTheNewestProtocolThatTheServerKnows(int serverVersion, String protocol) {
        assertThat(PgOutputOptions.of(CONFIG.build(), serverVersion)).containsEntry("proto_version", protocol);
    }

    @Test
    void asksForNothingThatIsNotWanted() {
        assertThat(PgOutputOptions.of(CONFIG.build(), 180000))
                .isEqualTo(Map.of("proto_version", "4", "publication_names", "\"events\""));
    }

    @Test
    void refusesBinaryAndMessagesWhereTheServerIsTooOld() {
        assertThatThrownBy(() ->
                        PgOutputOptions.of(CONFIG.build().mutate().binary(true).build(), 130000))
                .isInstanceOf(UnsupportedServerException.class)
                .hasMessageContaining("binary");
        assertThatThrownBy(() -> PgOutputOptions.of(
                        CONFIG.build().mutate().messages(true).build(), 130000))
                .isInstanceOf(UnsupportedServerException.class)
                .hasMessageContaining("logical messages");
    }
}
