package io.walex.reactive.stream;

import static org.assertj.core.api.Assertions.assertThatCode;

import io.walex.reactive.config.WalExConfig;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class StreamSubscriptionTests {

    @Test
    void takesAReconfigurationThatComesAsItIsReleased() {
        WalExConfig config =
                WalExConfig.builder().name("test").publication("events").build();
        var state = new SubscriptionState(config, 1, new ConnectionStates(), Clock.systemUTC());
        StreamSubscription subscription = new StreamSubscription(config, state, List.of(), () -> false);
        subscription.release().block(Duration.ofSeconds(10));

        assertThatCode(() -> subscription.reconfigure(
                        config.mutate().subscribe("todo").build()))
                .doesNotThrowAnyException();
    }
}
