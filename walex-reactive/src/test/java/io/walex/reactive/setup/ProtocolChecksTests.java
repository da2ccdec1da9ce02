package io.walex.reactive.setup;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.config.Streaming;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.error.UnsupportedServerException;
import io.walex.reactive.event.TwoPhase;
import io.walex.reactive.server.ServerVersion;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProtocolChecksTests {

    private final WalExConfig.Builder config = WalExConfig.builder().publication("events");

    private List<Obstacle> obstacles(int major) {
        return ProtocolChecks.obstacles(config.build(), new ServerVersion(major));
    }

    @Test
    void serversBefore14KnowNeitherBinaryNorMessages() {
        config.binary(true).messages(true);

        assertThat(obstacles(13))
                .extracting(obstacle -> obstacle.error().getMessage())
                .containsExactly(
                        "PostgreSQL 13 does not know binary transfer, which takes 14 or newer; switch it off or upgrade",
                        "PostgreSQL 13 does not know logical messages, which takes 14 or newer; switch it off or upgrade");
        assertThat(obstacles(13).get(0).error()).isInstanceOf(UnsupportedServerException.class);
        assertThat(obstacles(14)).isEmpty();
    }

    @Test
    void protocolVersionIsOneThatTheServerSpeaks() {
        config.protocolVersion(4);

        assertThat(obstacles(15))
                .singleElement()
                .satisfies(obstacle -> assertThat(obstacle.error())
                        .isInstanceOf(UnsupportedServerException.class)
                        .hasMessage("PostgreSQL 15 speaks protocol version 3, not 4; leave protocolVersion unset"));
        assertThat(obstacles(16)).isEmpty();
    }

    @Test
    void protocolVersionIsOneThatHasWhatIsAskedFor() {
        config.protocolVersion(2).streaming(Streaming.ON).twoPhase(TwoPhase.AT_PREPARE);

        assertThat(obstacles(18))
                .singleElement()
                .satisfies(
                        obstacle -> assertThat(obstacle.error())
                                .isInstanceOf(InvalidConfigException.class)
                                .hasMessage(
                                        "Setting protocolVersion is 2, which is too low for streaming ON and two-phase AT_PREPARE: they take 3; leave it unset"));
        config.protocolVersion(3);
        assertThat(obstacles(18)).isEmpty();
    }
}
