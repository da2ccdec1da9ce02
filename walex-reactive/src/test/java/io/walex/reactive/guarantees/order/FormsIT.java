package io.walex.reactive.guarantees.order;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.Streaming;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.Position;
import io.walex.reactive.event.TwoPhase;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the form in which the server sends a transaction, each of its events has the position that it always has. */
class FormsIT extends TransactionForms {

    @Test
    void eventsHaveTheSamePositionsInEveryForm() {
        forms().forEach(form -> createSlot(form.name(), form.twoPhase()));
        createSlot("quiet", false);
        createSlot("subscribed", false);
        createSlot("part", false);
        write();

        List<String> expected = read(config("oldest").protocolVersion(1));

        assertThat(expected).doesNotHaveDuplicates();
        for (Form form : forms().subList(1, forms().size())) {
            assertThat(read(form.options().apply(config(form.name()))))
                    .as(form.name())
                    .isEqualTo(expected);
        }
        assertThat(read(config("quiet").messages(false).streaming(Streaming.ON)))
                .isEqualTo(expected.stream()
                        .filter(event -> !event.contains("MESSAGE"))
                        .toList());
        assertThat(read(config("subscribed").messages(false).subscribe("public.todo")))
                .isEqualTo(expected.stream()
                        .filter(event -> event.contains(" todo"))
                        .toList());
        assertThat(read(config("part").publication("part")))
                .isEqualTo(expected.stream()
                        .filter(event -> !event.contains(" other"))
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 150})
    void nextSubscriptionGoesOnInAnyOtherForm(int taken) {
        for (Form from : forms()) {
            forms().stream()
                    .filter(to -> to.twoPhase() == from.twoPhase())
                    .forEach(to -> createSlot(from.name() + "_" + to.name(), from.twoPhase()));
        }
        createSlot("all", false);
        write();
        List<String> expected = read(config("all"));

        for (Form from : forms()) {
            for (Form to : forms()) {
                if (to.twoPhase() == from.twoPhase()) {
                    String slot = from.name() + "_" + to.name();
                    assertThat(readAcross(slot, from, to, taken)).as(slot).isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void messageThatEndsWhereARowOfAnotherSubtransactionBeginsComesBeforeIt() {
        createSlot("whole", false);
        createSlot("streamed", false);
        postgres.executeInTransaction(
                "SAVEPOINT s", emit("first"), "RELEASE s", "INSERT INTO todo VALUES (1, 'second')", fill("other", 1));
        postgres.execute("INSERT INTO todo VALUES (0)");

        List<String> whole = read(config("whole"));
        List<String> streamed = read(config("streamed").streaming(Streaming.ON));

        assertThat(whole.get(0)).endsWith("MESSAGE first");
        assertThat(whole.get(1)).endsWith("INSERT todo 1");
        assertThat(streamed).isEqualTo(whole);
    }

    private static List<Form> forms() {
        List<Form> forms = List.of(
                new Form("oldest", false, config -> config.protocolVersion(1)),
                new Form("whole", false, config -> config.binary(true)),
                new Form(
                        "streamed",
                        false,
                        config -> config.streaming(Streaming.ON).protocolVersion(2)),
                new Form("parallel", false, config -> config.streaming(Streaming.PARALLEL)),
                new Form("prepared", true, config -> config.twoPhase(TwoPhase.AT_COMMIT)),
                new Form(
                        "streamed_prepared",
                        true,
                        config -> config.twoPhase(TwoPhase.AT_COMMIT)
                                .streaming(Streaming.ON)
                                .binary(true)));
        return forms.stream().filter(Form::isKnown).toList();
    }

    /** As one who stores the position with what it has made of the event, and drops what is not behind it. */
    private List<String> readAcross(String slot, Form from, Form to, int taken) {
        List<Event> events = WalEx.changes(from.options().apply(config(slot)).build())
                .take(taken)
                .collectList()
                .block(PATIENCE);
        postgres.awaitSlotInactive(slot);
        Position stored = events.get(taken - 1).position();
        WalEx.changes(to.options().apply(config(slot)).build())
                .takeUntil(event -> describe(event).equals(LAST))
                .filter(event -> event.position().compareTo(stored) > 0)
                .doOnNext(events::add)
                .blockLast(PATIENCE);
        postgres.awaitSlotInactive(slot);
        return events.stream().map(TransactionForms::placed).toList();
    }
}
