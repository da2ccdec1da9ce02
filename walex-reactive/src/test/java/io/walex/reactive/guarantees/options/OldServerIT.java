package io.walex.reactive.guarantees.options;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.OriginFilter;
import io.walex.reactive.config.Streaming;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.UnsupportedServerException;
import io.walex.reactive.event.TwoPhase;
import io.walex.reactive.testsupport.PostgresExtension;
import java.time.Duration;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Features that PostgreSQL 14 does not have are refused by name, not ignored. */
class OldServerIT {

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.shared(14);

    @BeforeAll
    static void createPublication() {
        postgres.execute("CREATE PUBLICATION events");
    }

    static Stream<Arguments> unknownFeatures() {
        return Stream.of(
                Arguments.of("streaming PARALLEL", set(config -> config.streaming(Streaming.PARALLEL))),
                Arguments.of("two-phase decoding", set(config -> config.twoPhase(TwoPhase.AT_COMMIT))),
                Arguments.of("origin NONE", set(config -> config.origin(OriginFilter.NONE))),
                Arguments.of("protocol version", set(config -> config.protocolVersion(3))));
    }

    private static UnaryOperator<WalExConfig.Builder> set(UnaryOperator<WalExConfig.Builder> option) {
        return option;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unknownFeatures")
    void refusesWhatTheServerIsTooOldFor(String named, UnaryOperator<WalExConfig.Builder> option) {
        WalExConfig config = option.apply(WalExConfig.fromUrl(postgres.url()).publication("events"))
                .build();

        assertThatThrownBy(() -> WalEx.changes(config).blockFirst(Duration.ofSeconds(30)))
                .isInstanceOf(UnsupportedServerException.class)
                .hasMessageContaining("PostgreSQL 14")
                .hasMessageContaining(named);
    }
}
