package io.walex.reactive.handler;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.event.EventColumns;
import io.walex.reactive.event.EventJson;
import io.walex.reactive.event.Mask;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** A masked column reaches neither handler nor dead letter, whatever fails. */
class HandlerMaskingIT extends HandledTransactions {

    @Test
    void aMaskedColumnThatDoesNotExistIsRefusedAtTheStart() {
        start(Handlers.builder()
                .onInsert(
                        "users",
                        HandlerSpec.create().columns(EventColumns.of("users").mask("emial", Mask.constant("***"))),
                        record("leak"))
                .build());

        assertThat(seen.awaitFailure())
                .isInstanceOf(InvalidConfigException.class)
                .hasMessage(
                        "Handler \"onInsert users\": Table public.users has no column \"emial\" to show, hide or mask; it has \"email\"");
    }

    @Test
    void aMaskedColumnThatGoesStopsTheRunBeforeItLeaks() {
        List<FailedEvents> dead = new CopyOnWriteArrayList<>();
        start(Handlers.builder()
                .onInsert(
                        "users",
                        HandlerSpec.create()
                                .columns(EventColumns.of("users").mask("email", Mask.constant("***")))
                                .whenFailing(deadLetters(dead)),
                        record("leak"))
                .build());
        postgres.awaitSlotActive("walex");
        postgres.execute(
                "ALTER TABLE users RENAME email TO mail_address", "INSERT INTO users VALUES (1, 'a', 'secret')");

        assertThat(seen.awaitFailure())
                .isInstanceOfSatisfying(
                        HandlerFailedException.class,
                        failed -> assertThat(failed.failed().events())
                                .extracting(EventJson::toJson)
                                .noneMatch(json -> json.contains("secret")))
                .hasMessageContaining("Table public.users has no column \"email\" to show, hide or mask; it has [id,");
        assertThat(seen.all()).isEmpty();
        assertThat(dead).isEmpty();
    }

    @Test
    void aFilterThatFailsLetsNoMaskedColumnIntoTheDeadLetter() {
        List<FailedEvents> dead = new CopyOnWriteArrayList<>();
        start(Handlers.builder()
                .onInsert(
                        "users",
                        HandlerSpec.create()
                                .filter(event -> event.message() == null)
                                .columns(EventColumns.of("users").mask("email", Mask.constant("***")))
                                .whenFailing(deadLetters(dead)),
                        record("unreachable"))
                .build());
        postgres.execute("INSERT INTO users VALUES (1, 'a', 'secret')");

        streams.awaitConfirmed(postgres.currentLsn());
        assertThat(dead)
                .hasSize(1)
                .allSatisfy(failed -> assertThat(failed.events())
                        .extracting(EventJson::toJson)
                        .allMatch(json -> json.contains("\"email\":\"***\"") && !json.contains("secret")));
    }
}
