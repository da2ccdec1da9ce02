package io.walex.reactive.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.server.ServerVersion;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PgOutputOptionsTests {

    private static final WalExConfig.Builder CONFIG = WalExConfig.builder().publication("events");

    @ParameterizedTest
    @CsvSource({"13, 1", "14, 2", "15, 3", "16, 4", "18, 4"})
    void asksForTheNewestProtocolThatTheServerKnows(int major, String protocol) {
        assertThat(PgOutputOptions.of(CONFIG.build(), new ServerVersion(major)))
                .containsEntry("proto_version", protocol);
    }

    @Test
    void asksForNothingThatIsNotWanted() {
        assertThat(PgOutputOptions.of(CONFIG.build(), new ServerVersion(18)))
                .isEqualTo(Map.of("proto_version", "4", "publication_names", "\"events\""));
    }
}
