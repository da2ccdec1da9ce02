package io.walex.reactive.handler;

import static io.walex.reactive.event.EventFilters.unwatchedFields;
import static io.walex.reactive.event.EventFilters.unwatchedRecords;
import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.WalEx;
import io.walex.reactive.event.EventColumns;
import io.walex.reactive.event.Mask;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** Which events of a transaction a handler gets, and how many at a time. */
class HandlerListsIT extends HandledTransactions {

    @Test
    void everyHandlerGetsItsEventsOfATransactionInOneList() {
        start(Handlers.builder()
                .onEvent("*", record("all"))
                .onEvent("users", record("users"))
                .onInsert("users", record("insert"))
                .onInsert("public.users", record("insert again"))
                .onUpdate("public.*", record("update"))
                .onDelete("users", record("delete"))
                .onTruncate("todo", record("truncate"))
                .onMessage("note", record("message"))
                .onMessage("other", record("never"))
                .build());

        postgres.executeInTransaction(
                "INSERT INTO users VALUES (1), (2)",
                "INSERT INTO todo VALUES (10)",
                "UPDATE users SET name = 'a' WHERE id = 2",
                "SELECT pg_logical_emit_message(true, 'note', 'x')",
                "DELETE FROM users WHERE id = 1",
                "UPDATE todo SET title = 'b'",
                "TRUNCATE todo");

        seen.awaitInAnyOrder(
                "all 1,2,10,2,note,1,10,todo",
                "users 1,2,2,1",
                "insert 1,2",
                "insert again 1,2",
                "update 2,10",
                "delete 1",
                "truncate todo",
                "message note");
    }

    @Test
    void filtersColumnsAndFunctionsApplyBeforeTheHandler() {
        ConcurrentLinkedQueue<String> welcomed = new ConcurrentLinkedQueue<>();
        HandlerSpec spec = HandlerSpec.create()
                .filter(unwatchedRecords(Map.of("event_subscribe", false)).and(unwatchedFields("updated_at")))
                .columns(EventColumns.of("users").mask("email", Mask.constant("***")))
                .functions(
                        EventFunction.of(
                                "send_welcome_email",
                                event -> Mono.fromRunnable(() -> welcomed.add("mail " + id(event) + " "
                                        + event.newRecord().getText("email")))),
                        EventFunction.of(
                                "add_to_crm", event -> Mono.fromRunnable(() -> welcomed.add("crm " + id(event)))));
        start(Handlers.builder().onEvent("users", spec, record("users")).build());

        postgres.executeInTransaction(
                "INSERT INTO users VALUES (1, 'a', 'a@example.com', true), (2, 'b', 'b', false), (3, 'c', '', true)",
                "UPDATE users SET updated_at = now()");

        seen.awaitInAnyOrder("users 1,3");
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(welcomed).containsExactlyInAnyOrder("mail 1 ***", "mail 3 ***", "crm 1", "crm 3"));
    }

    @Test
    void handsOverALargeTransactionInChunks() {
        List<Integer> sizes = new CopyOnWriteArrayList<>();
        List<Integer> ids = new CopyOnWriteArrayList<>();
        start(Handlers.builder()
                .onInsert(
                        "todo",
                        HandlerSpec.create().chunkSize(400),
                        events -> Mono.fromRunnable(() -> {
                            sizes.add(events.size());
                            events.forEach(event -> ids.add(event.newRecord().get("id", Integer.class)));
                        }))
                .build());

        postgres.execute("INSERT INTO todo SELECT i, 'x' FROM generate_series(1, 1000) i");

        await().atMost(PATIENCE).until(() -> ids.size() == 1000);
        assertThat(sizes).containsExactly(400, 400, 200);
        assertThat(ids)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 1000).boxed().toList());
    }

    @Test
    void completesWhenTheInstanceCloses() {
        WalEx walex = start(Handlers.builder().onInsert("todo", record("todo")).build());
        postgres.execute("INSERT INTO todo VALUES (1)");
        seen.awaitInAnyOrder("todo 1");

        walex.closeGracefully().block(PATIENCE);

        seen.awaitInAnyOrder("todo 1", "completed");
    }
}
