package io.walex.reactive.examples.destinations;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.Unpooled;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventJson;
import io.walex.reactive.handler.EventFunction;
import io.walex.reactive.handler.HandlerModule;
import io.walex.reactive.handler.HandlerRegistry;
import io.walex.reactive.handler.HandlerSpec;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.util.retry.Retry;

/**
 * Posts every event as JSON, signed so that the receiver knows who sent it, and tried again until it answers 2xx. Events of
 * one table go in order. The id is the event's position: a receiver that remembers it notices repetitions. A row of a
 * snapshot has the time in it too, at which it was read: one that is read again later may have the same position.
 *
 * @see <a href="https://www.standardwebhooks.com">Standard Webhooks</a>
 */
public final class Webhook implements HandlerModule {

    private static final String SECRET_PREFIX = "whsec_";

    private final HttpClient http = HttpClient.create().responseTimeout(Duration.ofSeconds(10));
    private final URI target;
    private final byte[] secret;

    /** Takes the secret as Standard Webhooks writes it: {@code whsec_} and the key in Base64. */
    public Webhook(URI target, String secret) {
        if (!secret.startsWith(SECRET_PREFIX)) {
            throw new IllegalArgumentException(
                    "The webhook's secret must be \"whsec_\" and 24 to 64 random bytes in Base64: echo whsec_$(openssl rand -base64 32)");
        }
        this.target = target;
        this.secret = Base64.getDecoder().decode(secret.substring(SECRET_PREFIX.length()));
    }

    @Override
    public void register(HandlerRegistry<?> on) {
        EventFunction post = EventFunction.of("webhook", this::post)
                .orderedBy(event -> event.source().table())
                .retry(Retry.backoff(8, Duration.ofMillis(100)).maxBackoff(Duration.ofSeconds(30)));
        on.onEvent("*", HandlerSpec.create().functions(post));
    }

    private Mono<Void> post(Event event) {
        String id = id(event);
        String time = Long.toString(Instant.now().getEpochSecond());
        String body = EventJson.toJson(event);
        return http.headers(headers -> headers.set("content-type", "application/json")
                        .set("webhook-id", id)
                        .set("webhook-timestamp", time)
                        .set("webhook-signature", signature(id, time, body)))
                .post()
                .uri(target)
                .send(Mono.fromSupplier(() -> Unpooled.copiedBuffer(body, UTF_8)))
                .response()
                .filter(response -> response.status().code() / 100 == 2)
                .switchIfEmpty(Mono.error(() -> new IllegalStateException(target + " did not accept event " + id)))
                .then();
    }

    static String id(Event event) {
        return switch (event.type()) {
            case READ, SNAPSHOT_COMPLETED -> event.position() + "@" + event.timestamp();
            default -> event.position().toString();
        };
    }

    String signature(String id, String time, String body) {
        String content = id + "." + time + "." + body;
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(content.getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Arguments: PostgreSQL's URL, the webhook's, the secret, which starts with {@code whsec_}. */
    public static void main(String[] arguments) {
        Destination.run(arguments[0], "webhook", new Webhook(URI.create(arguments[1]), arguments[2]))
                .block();
    }
}
