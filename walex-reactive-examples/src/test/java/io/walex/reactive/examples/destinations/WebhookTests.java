package io.walex.reactive.examples.destinations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import org.junit.jupiter.api.Test;

class WebhookTests {

    private static final URI TARGET = URI.create("http://localhost");

    /** The example of the verifiers that Standard Webhooks links. */
    @Test
    void signsAsVerifiersExpect() {
        Webhook webhook = new Webhook(TARGET, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

        assertThat(webhook.signature("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", "{\"test\": 2432232314}"))
                .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void refusesASecretThatVerifiersWouldReadOtherwise() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Webhook(TARGET, "secret"))
                .withMessageContaining("whsec_")
                .withMessageNotContaining("\"secret\"");
    }
}
