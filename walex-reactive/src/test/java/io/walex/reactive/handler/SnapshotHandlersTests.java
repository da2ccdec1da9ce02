package io.walex.reactive.handler;

import static io.walex.reactive.event.EventFilters.where;
import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventColumns;
import io.walex.reactive.event.Mask;
import io.walex.reactive.event.SnapshotSummary;
import io.walex.reactive.event.TestEvents;
import io.walex.reactive.testsupport.GivenTransactions;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** What handlers get of snapshots. */
class SnapshotHandlersTests {

    private final TestEvents users =
            TestEvents.table("user").key("id", "int4").column("name", "text").build();

    private final List<Event> inserted = List.of(users.insert(1, "Ada"), users.insert(2, "Grace"));
    private final List<Event> read = List.of(users.read(3, "Edsger"), users.read(4, "Barbara"));
    private final List<Event> completed = List.of(users.snapshotCompleted(new SnapshotSummary("initial", 2, 40, 1)));
    private final List<Event> updated =
            List.of(users.nextTransaction().update(3, "Edsger W."), users.delete(4), users.truncate());

    private final GivenTransactions stream = GivenTransactions.of(List.of(inserted, read, completed, updated));
    private final List<String> seen = new CopyOnWriteArrayList<>();

    private EventHandler record(String handler) {
        return events -> Mono.fromRunnable(() -> seen.add(handler + " "
                + events.stream().map(SnapshotHandlersTests::shown).collect(Collectors.joining(","))));
    }

    private static String shown(Event event) {
        return event.type().jsonName()
                + (event.newRecord() == null ? "" : " " + event.newRecord().getText("name"));
    }

    /** One handler after the other, so that the order in which they are called is known. */
    private Handlers.Builder handlers() {
        return Handlers.builder().scheduler(Schedulers.immediate());
    }

    private void run(Handlers.Builder handlers) {
        handlers.build().run(stream).block(PATIENCE);
    }

    @Test
    void rowsAreReadAndNotInserted() {
        run(handlers()
                .onRead("user", record("read"))
                .onSnapshotCompleted("user", record("completed"))
                .onInsert("user", record("insert"))
                .onUpdate("user", record("update"))
                .onDelete("user", record("delete"))
                .onTruncate("user", record("truncate"))
                .onMessage("*", record("never"))
                .onRead("todo", record("never"))
                .onSnapshotCompleted("todo", record("never")));

        assertThat(seen)
                .containsExactly(
                        "insert insert Ada,insert Grace",
                        "read read Edsger,read Barbara",
                        "completed snapshot_completed",
                        "update update Edsger W.",
                        "delete delete",
                        "truncate truncate");
        assertThat(stream.acknowledged()).isEqualTo(4);
    }

    @Test
    void aHandlerOfAllEventsGetsRowsAndTheEndInTheirPlace() {
        run(handlers().onEvent("user", record("user")).onEvent("*", record("all")));

        assertThat(seen)
                .containsExactly(
                        "user insert Ada,insert Grace",
                        "all insert Ada,insert Grace",
                        "user read Edsger,read Barbara",
                        "all read Edsger,read Barbara",
                        "user snapshot_completed",
                        "all snapshot_completed",
                        "user update Edsger W.,delete,truncate",
                        "all update Edsger W.,delete,truncate");
    }

    @Test
    void specsAndFunctionsApplyAsToOtherEvents() {
        HandlerSpec spec = HandlerSpec.create()
                .filter(where("name", "Edsger"))
                .columns(EventColumns.of("user").mask("name", Mask.constant("***")))
                .functions(EventFunction.of(
                        "index", event -> Mono.fromRunnable(() -> seen.add("function " + shown(event)))));
        EventFunction done = EventFunction.of(
                "done",
                event -> Mono.fromRunnable(
                        () -> seen.add("rows " + event.snapshotSummary().rows())));

        run(handlers()
                .onRead("user", spec, record("read"))
                .onRead("public.*", spec)
                .onSnapshotCompleted("user", HandlerSpec.create().functions(done))
                .onSnapshotCompleted("*", HandlerSpec.create(), record("completed")));

        assertThat(seen)
                .containsExactly(
                        "read read ***",
                        "function read ***",
                        "function read ***",
                        "rows 2",
                        "completed snapshot_completed");
    }

    @Test
    void modulesRegisterThem() {
        HandlerModule module = on -> on.onRead("user", users -> Mono.error(new IllegalStateException("full")));

        assertThatThrownBy(() -> run(handlers().module(module)))
                .isInstanceOf(HandlerFailedException.class)
                .hasMessageContaining("onRead user\" failed on 2 events from read public.user");
        assertThat(stream.acknowledged()).isEqualTo(1);
    }

    @Test
    void aSpecWithoutHandlerNeedsFunctions() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> handlers().onRead("user", HandlerSpec.create()))
                .withMessageContaining("onRead user has neither a handler nor functions");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> handlers().onSnapshotCompleted("user", HandlerSpec.create()))
                .withMessageContaining("onSnapshotCompleted user has neither a handler nor functions");
    }
}
