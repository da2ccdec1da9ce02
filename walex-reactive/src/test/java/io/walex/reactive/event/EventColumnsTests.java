package io.walex.reactive.event;

import static io.walex.reactive.event.SampleEvents.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walex.reactive.pgoutput.ReplicaIdentity;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

class EventColumnsTests {

    private final SampleEvents users = SampleEvents.of("user", ReplicaIdentity.FULL);

    @Test
    void excludedColumnsAreNowhere() {
        Event event = EventColumns.of("user")
                .exclude("email")
                .view(users.update(row("1", "a", "secret1"), row("1", "b", "secret2")));

        Row after = event.newRecord();
        assertThat(after.has("email")).isFalse();
        assertThat(after.isNull("email")).isFalse();
        assertThat(after.isUnchanged("email")).isFalse();
        assertThat(after.asMap()).isEqualTo(Map.of("id", 1, "name", "b"));
        assertThat(after.columns()).extracting(Column::name).containsExactly("id", "name");
        assertThat(event.oldRecord().asMap()).containsOnlyKeys("id", "name");
        assertThat(event.changes()).containsOnlyKeys("name");
        assertThat(event.source().columns()).containsOnlyKeys("id", "name");
        assertThat(EventJson.toJson(event)).doesNotContain("email").doesNotContain("secret");
        assertThatThrownBy(() -> after.get("email"))
                .isInstanceOf(NoSuchElementException.class)
                .hasMessage("Column \"email\" of public.user was excluded");
        assertThat(EventFilters.where("email", "secret2")).rejects(event);
        assertThat(EventFilters.where("email", "secret2").negate()).rejects(event);
    }

    @Test
    void includesOnlyWhatIsNamed() {
        Event event = EventColumns.of("public.*").include("id", "other").view(users.insert("1", "a", "x"));

        assertThat(event.newRecord().asMap()).isEqualTo(Map.of("id", 1));
    }

    @Test
    void masksEveryFormOfAValue() {
        Event event = EventColumns.of("user")
                .mask("email", Mask.constant("***"))
                .mask("name", Mask.sha256("salt"))
                .view(users.update(row("1", "a", "secret1"), row("1", "a", "secret2")));

        assertThat(event.newRecord().get("email")).isEqualTo("***");
        assertThat(event.newRecord().getText("email")).isEqualTo("***");
        assertThat(event.newRecord().getText("name"))
                .hasSize(64)
                .isEqualTo(event.oldRecord().get("name"));
        assertThat(event.changes()).isEqualTo(Map.of("email", new Change("***", "***")));
        assertThat(EventJson.toJson(event)).doesNotContain("secret").contains("\"email\":\"***\"");
    }

    @Test
    void digestIsThatOfSaltAndText() {
        assertThat(Mask.sha256("salt").apply("chase@example.com"))
                .isEqualTo(sha256Hex("saltchase@example.com"))
                .isNotEqualTo(Mask.sha256("pepper").apply("chase@example.com"));
        assertThat(Mask.sha256("salt").apply(42)).isEqualTo(sha256Hex("salt42"));
        assertThatIllegalArgumentException().isThrownBy(() -> Mask.sha256(""));
    }

    private static String sha256Hex(String text) {
        try {
            byte[] digest = java.security.MessageDigest.getInstance("SHA-256")
                    .digest(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            return java.util.HexFormat.of().formatHex(digest);
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void nullStaysNull() {
        Event event =
                EventColumns.of("user").mask("email", Mask.constant("***")).view(users.insert("1", "a", null));

        assertThat(event.newRecord().isNull("email")).isTrue();
        assertThat(event.newRecord().get("email")).isNull();
    }

    @Test
    void unknownColumnOfANamedTableFailsTheStream() {
        Flux<Event> events = Flux.just(users.insert("1", "a", "x"))
                .transform(EventColumns.of("user").mask("emial", Mask.constant("***")));

        StepVerifier.create(events)
                .expectErrorMessage("Table public.user has no column \"emial\" to show, hide or mask; it has \"email\"")
                .verify();
    }

    @Test
    void leavesOtherTablesAlone() {
        Event event = users.insert("1", "a", "x");

        assertThat(EventColumns.of("todo").exclude("emial").view(event)).isSameAs(event);
        assertThat(EventColumns.of("*").exclude("emial").view(event).newRecord().asMap())
                .hasSize(3);
    }

    @Test
    void masksAreAskedEachTime() {
        AtomicInteger asked = new AtomicInteger();
        EventColumns counted = EventColumns.of("user").mask("name", value -> "mask " + asked.incrementAndGet());
        Event event = counted.view(users.insert("1", "a", "same"));

        assertThat(event.newRecord().get("name")).isEqualTo("mask 1");
        assertThat(event.newRecord().get("name")).isEqualTo("mask 2");
    }

    @Test
    void keepsPositionAndTransaction() {
        Event event = users.insert("1", "a", "x");
        Event view = EventColumns.of("*").exclude("name").view(event);

        assertThat(view.position()).isEqualTo(event.position());
        assertThat(view.xid()).isEqualTo(event.xid());
        assertThat(view.type()).isEqualTo(event.type());
    }
}
