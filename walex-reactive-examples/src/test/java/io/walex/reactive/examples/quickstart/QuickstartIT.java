package io.walex.reactive.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.testsupport.SlotView;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class QuickstartIT extends QuickstartRuns {

    @Test
    void showsChangesOfAnEmbeddedServer() {
        int before = DemoDatabase.USERS + DemoDatabase.TODOS + 2;
        environment.put("WALEX_MAX_EVENTS", String.valueOf(before + 30));

        assertThat(run()).isZero();

        List<JsonNode> all = lines();
        assertThat(all).hasSize(before + 30);
        assertThat(all.subList(0, before))
                .extracting(event ->
                        event.get("name").asString() + " " + event.get("type").asString())
                .containsOnly("user read", "todo read", "user snapshot_completed", "todo snapshot_completed");
        List<JsonNode> events = all.subList(before, all.size());
        assertThat(events).extracting(event -> event.get("type").asString()).contains("insert", "update", "delete");
        assertThat(events)
                .filteredOn(event -> event.get("type").asString().equals("update"))
                .allSatisfy(update -> assertThat(update.get("changes"))
                        .isNotEmpty()
                        .allSatisfy(change -> {
                            assertThat(change.has("new_value")).isTrue();
                            assertThat(change.has("old_value")).isTrue();
                        }));
    }

    @Test
    void readsTheUsersDatabaseAndLeavesNothingThere() {
        CompletableFuture<Integer> exit = CompletableFuture.supplyAsync(
                () -> run("--url=" + postgres.url(), "--publication=events", "--subscribe=todo", "--max-events=2"));
        await().until(() -> postgres.slots().all().stream().anyMatch(slot -> slot.temporary() && slot.inUse()));

        postgres.executeInTransaction(
                "INSERT INTO todo VALUES (1, 'milk')",
                "INSERT INTO note VALUES (1)",
                "UPDATE todo SET description = 'oat milk'");

        assertThat(exit.join()).isZero();
        assertThat(lines()).extracting(event -> event.get("type").asString()).containsExactly("insert", "update");
        postgres.awaitNoSlots();
        assertThat(postgres.query(
                        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'", row -> row.getString(1)))
                .containsExactlyInAnyOrder("todo", "note");
    }

    @Test
    void durableSlotGoesOnWhereItEnded() {
        environment.put("WALEX_URL", postgres.url());
        environment.put("WALEX_PUBLICATION", "events");
        environment.put("WALEX_SLOT", postgres.name());
        CompletableFuture<Integer> first = CompletableFuture.supplyAsync(() -> run("--max-events=1"));
        postgres.awaitSlotActive(postgres.name());
        postgres.execute("INSERT INTO todo VALUES (1, 'first')");
        assertThat(first.join()).isZero();

        postgres.awaitSlotInactive(postgres.name());
        postgres.execute("INSERT INTO todo VALUES (2, 'second')");

        assertThat(run("--max-events=1")).isZero();
        assertThat(lines())
                .extracting(event -> event.get("new_record").get("description").asString())
                .containsExactly("first", "second");
    }

    @Test
    void transactionThatWasPrintedWholeDoesNotComeAgain() {
        String[] arguments = {
            "--url=" + postgres.url(), "--publication=events", "--slot=" + postgres.name(), "--max-events=2"
        };
        CompletableFuture<Integer> first = CompletableFuture.supplyAsync(() -> run(arguments));
        postgres.awaitSlotActive(postgres.name());
        postgres.executeInTransaction("INSERT INTO todo VALUES (1, 'one')", "INSERT INTO todo VALUES (2, 'two')");
        assertThat(first.join()).isZero();
        postgres.awaitSlotInactive(postgres.name());
        postgres.executeInTransaction(
                "INSERT INTO todo VALUES (3, 'three')",
                "INSERT INTO todo VALUES (4, 'four')",
                "INSERT INTO todo VALUES (5, 'five')");

        assertThat(run(arguments)).isZero();
        postgres.awaitSlotInactive(postgres.name());
        assertThat(run(arguments)).isZero();

        assertThat(lines())
                .extracting(event -> event.get("new_record").get("id").asInt())
                .containsExactly(1, 2, 3, 4, 3, 4);
    }

    @Test
    void setupMakesWhatAStreamNeedsAndDropRemovesIt() throws IOException, InterruptedException {
        postgres.execute("DROP PUBLICATION events");
        String[] where = {"--url=" + postgres.url(), "--publication=events", "--slot=" + postgres.name()};

        for (int time = 0; time < 2; time++) {
            assertThat(command("setup", where, "--subscribe=todo"))
                    .endsWith("quickstart: slot %s and publication events are there%n".formatted(postgres.name()));
        }
        postgres.execute("INSERT INTO note VALUES (1)", "INSERT INTO todo VALUES (2, 'kept by the slot')");
        assertThat(postgres.queryText("SELECT string_agg(tablename, ',') FROM pg_publication_tables"))
                .isEqualTo("todo");
        assertThat(run(where[0], where[1], where[2], "--max-events=1")).isZero();
        assertThat(lines())
                .extracting(event -> event.get("new_record").get("description").asString())
                .containsExactly("kept by the slot");
        postgres.awaitSlotInactive(postgres.name());

        for (int time = 0; time < 2; time++) {
            assertThat(command("drop", where))
                    .endsWith("quickstart: slot %s and publication events are gone%n".formatted(postgres.name()));
        }
        assertThat(postgres.slots().all()).isEmpty();
        assertThat(postgres.queryText("SELECT count(*) FROM pg_publication")).isEqualTo("0");
    }

    /** What the command said, having succeeded without a word on standard output. */
    private static String command(String name, String[] where, String... options)
            throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(name));
        arguments.addAll(List.of(where));
        arguments.addAll(List.of(options));
        Process command = start(arguments.toArray(String[]::new));
        String said = new String(command.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(command.waitFor()).as(said).isZero();
        assertThat(command.getInputStream().readAllBytes()).isEmpty();
        return said;
    }

    @Test
    void dropOfASlotInUseSaysWhoUsesIt() {
        String[] arguments = {"--url=" + postgres.url(), "--publication=events", "--slot=" + postgres.name()};
        environment.put("WALEX_MAX_EVENTS", "1");
        assertThat(run("setup", arguments[0], arguments[1], arguments[2])).isZero();
        CompletableFuture<Integer> owner = CompletableFuture.supplyAsync(() -> run(arguments));
        postgres.awaitSlotActive(postgres.name());

        assertThat(run("drop", arguments[0], arguments[1], arguments[2])).isEqualTo(1);

        assertThat(err.toString().lines().skip(1))
                .singleElement()
                .asString()
                .contains(postgres.name(), "stop that consumer");
        postgres.execute("INSERT INTO todo VALUES (1, 'done')");
        assertThat(owner.join()).isZero();
    }

    @Test
    void outputThatNobodyTakesKeepsTheStreamAlive() throws InterruptedException {
        postgres.execute("ALTER DATABASE " + postgres.name() + " SET wal_sender_timeout = '4s'");
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch taken = new CountDownLatch(1);
        OutputStream pipe = new OutputStream() {
            @Override
            public void write(int b) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void write(byte[] line) throws IOException {
                blocked.countDown();
                try {
                    taken.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                out.write(line);
            }
        };
        String[] arguments = {"--url=" + postgres.url(), "--publication=events", "--max-events=2000"};
        CompletableFuture<Integer> exit = CompletableFuture.supplyAsync(
                () -> Quickstart.run(arguments, environment, pipe, new PrintWriter(err, true)));
        await().until(() -> postgres.slots().all().stream().anyMatch(SlotView::inUse));
        postgres.execute("INSERT INTO todo SELECT i, 'x' FROM generate_series(1, 2000) i");
        blocked.await();

        Thread.sleep(9_000);
        taken.countDown();

        assertThat(exit.join()).as(err::toString).isZero();
        assertThat(lines()).hasSize(2000);
    }

    @Test
    void endsQuietlyWhenNobodyReads() {
        OutputStream closed = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        };

        assertThat(Quickstart.run(new String[0], environment, closed, new PrintWriter(err)))
                .isZero();
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void helpListsOptionsOnStandardError() {
        environment.put("WALEX_HELP", "true");

        assertThat(run()).isZero();

        assertThat(err.toString())
                .contains(
                        "--help",
                        "--url",
                        "--publication",
                        "--subscribe",
                        "--slot",
                        "--snapshot",
                        "--snapshot-dir",
                        "--backfill",
                        "--max-events",
                        "WALEX_MAX_EVENTS",
                        "setup",
                        "drop");
    }
}
