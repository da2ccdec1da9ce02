package io.walex.reactive.examples.testing;

import static io.walex.reactive.event.TestEvents.UNCHANGED;
import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.TestEvents;
import io.walex.reactive.examples.testing.Signups.User;
import io.walex.reactive.pgoutput.ReplicaIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

class SignupsTests {

    private final TestEvents users = TestEvents.table("user")
            .key("id", "int4")
            .column("name", "text")
            .column("email", "text")
            .replicaIdentity(ReplicaIdentity.FULL)
            .build();

    private final List<String> mails = new ArrayList<>();
    private final Signups signups = new Signups(address -> Mono.fromRunnable(() -> mails.add(address)));

    @Test
    void welcomesUsersWhoHaveAnAddress() {
        Flux<Event> changes = Flux.just(
                users.insert(Map.of("id", 1, "name", "Ada", "email", "ada@example.com")),
                users.insert(Map.of("id", 2, "name", "Grace")),
                users.delete(1, "Ada", "ada@example.com"));

        assertThat(Signups.in(changes).collectList().block()).containsExactly(new User(1, "Ada", "ada@example.com"));
    }

    @Test
    void tellsUsersOfTheirNewAddress() {
        Event moved = users.update(List.of(1, "Ada", "ada@old"), List.of(1, "Ada", "ada@new"));
        Event renamed = users.update(List.of(2, "Grace", "grace@x"), List.of(2, "Grace H.", UNCHANGED));

        signups.moved(List.of(moved, renamed)).block();

        assertThat(mails).containsExactly("ada@new");
    }
}
