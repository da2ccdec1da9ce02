package io.walex.reactive.handler;

import static io.walex.reactive.event.EventFilters.table;
import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.walex.reactive.WalEx;
import io.walex.reactive.event.EventColumns;
import io.walex.reactive.testsupport.LogLines;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Modules that come and go, and handlers that nothing can reach. */
class HandlerModulesIT extends HandledTransactions {

    @Test
    void modulesComeGoAndChangeAtTheNextTransaction() {
        HandlerModule first = on -> on.onInsert("todo", record("first")).onDelete("todo", record("first deletes"));
        HandlerModule second = on -> on.onInsert("todo", record("second"));
        HandlerModule third = on -> on.onInsert("todo", record("third"));
        Handlers handlers = Handlers.builder().module(first).build();
        start(handlers);
        postgres.execute("INSERT INTO todo VALUES (1)");
        seen.awaitInAnyOrder("first 1");

        handlers.add(second);
        postgres.execute("INSERT INTO todo VALUES (2)");
        seen.awaitInAnyOrder("first 1", "first 2", "second 2");

        handlers.replace(first, third);
        assertThat(handlers.modules()).containsExactly(third, second);
        postgres.execute("INSERT INTO todo VALUES (3)");
        seen.awaitInAnyOrder("first 1", "first 2", "second 2", "third 3", "second 3");

        handlers.remove(second);
        postgres.execute("INSERT INTO todo VALUES (4)", "DELETE FROM todo");
        seen.awaitInAnyOrder("first 1", "first 2", "second 2", "third 3", "second 3", "third 4");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> handlers.remove(first))
                .withMessageContaining("is not registered");
    }

    @Test
    void warnsAtTheStartOfWhatNothingCanReach() {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger("io.walex.reactive");
        log.start();
        logger.addAppender(log);
        try {
            WalEx walex = WalEx.create(
                    config().subscribe("users", "todos").messages(false).build());
            Handlers handlers = Handlers.builder()
                    .onInsert("user", record("user"))
                    .onInsert("todo", record("todo"))
                    .onEvent(
                            "*",
                            HandlerSpec.create().filter(event -> true).filter(table("invoices")),
                            record("filtered"))
                    .onInsert(
                            "users", HandlerSpec.create().filter(table("bills").negate()), record("others"))
                    .onMessage("note", record("note"))
                    .onEvent("users", record("fine"))
                    .onEvent(
                            "*",
                            HandlerSpec.create().columns(EventColumns.of("user").exclude("email")),
                            record("unmasked"))
                    .build();
            run(handlers, walex);
            postgres.awaitSlotActive("walex");
            postgres.execute("INSERT INTO users VALUES (1)");
            seen.awaitInAnyOrder("fine 1", "unmasked 1", "others 1");
        } finally {
            logger.detachAppender(log);
        }

        assertThat(log.list)
                .filteredOn(event -> event.getLevel() == Level.WARN)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactlyInAnyOrder(
                        "Handler \"onInsert user\" gets nothing: \"user\" is not in publication \"events\"; it has \"users\"",
                        "Handler \"onInsert todo\" gets nothing: \"todo\" is not among the subscriptions [users, todos]",
                        "Handler \"onInsert users\" has a filter that names what cannot come: \"bills\" is not in publication \"events\"; it has [public.todo, public.users]",
                        "Handler \"onEvent *\" has a filter that names what cannot come: \"invoices\" is not in publication \"events\"; it has [public.todo, public.users]",
                        "Handler \"onEvent *\": Columns of \"user\" cannot be shown, hidden or masked: \"user\" is not in publication \"events\"; it has \"users\"",
                        "Handler \"onMessage note\" gets nothing: logical messages are off; set messages(true)",
                        postgres.name()
                                + " subscribes in vain: \"todos\" is not in publication \"events\"; it has \"todo\"");
    }

    @Test
    void warnsOfWhatNothingCanReachOfAModuleThatIsAdded() {
        Handlers handlers = Handlers.builder()
                .onInsert("todo", record("todo"))
                .onInsert("bills", record("bills"))
                .build();
        WalEx walex = start(handlers);
        walex.awaitStreaming().block(PATIENCE);
        try (LogLines log = LogLines.captureAll()) {
            handlers.add(new Misspelt());
            await().atMost(PATIENCE)
                    .until(
                            () -> warnings(log),
                            List.of(
                                            "Handler \"Misspelt.onInsert user\" gets nothing: \"user\" is not in publication \"events\"; it has \"users\"")
                                    ::equals);
        }
    }

    private static List<String> warnings(LogLines log) {
        return log.messages().stream()
                .filter(message -> message.startsWith("Handler"))
                .toList();
    }

    private final class Misspelt implements HandlerModule {

        @Override
        public void register(HandlerRegistry<?> on) {
            on.onInsert("user", record("user"));
        }
    }
}
