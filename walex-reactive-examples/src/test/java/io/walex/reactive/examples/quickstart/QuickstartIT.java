package io.walex.reactive.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.SlotView;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

class QuickstartIT {

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    private final Map<String, String> environment = new HashMap<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void createTables() {
        postgres.execute(
                "CREATE TABLE todo (id int PRIMARY KEY, description text)",
                "CREATE TABLE note (id int PRIMARY KEY)",
                "CREATE PUBLICATION events FOR ALL TABLES");
    }

    @Test
    void showsChangesOfAnEmbeddedServer() {
        environment.put("WALEX_MAX_EVENTS", "30");

        assertThat(run()).isZero();

        List<JsonNode> events = lines();
        assertThat(events).hasSize(30);
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
        await().until(() -> postgres.slots().all().stream().anyMatch(slot -> slot.temporary() && slot.active()));

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

        assertThat(run("--max-events=2")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("second");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    2 | --nonsense                                                   | nonsense
                    2 | --max-events=0                                               | at least 1
                    2 | --max-events=many                                            | many
                    2 | --url=postgresql://h/d                                       | --publication is required
                    2 | --url=mysql://h/d --publication=events                       | scheme
                    2 | --url=postgresql://h/d --publication=events --slot=Not-Valid | Not-Valid
                    2 | --slot=Not-Valid                                             | Not-Valid
                    1 | --url=postgresql://no-such-host.invalid/d --publication=p    | no-such-host.invalid
                    1 | --url=postgresql://localhost:1/d --publication=events        | localhost:1
                    """)
    void refusesBadInputInOneLine(int exitCode, String arguments, String says) {
        assertThat(run(arguments.split(" "))).isEqualTo(exitCode);

        assertThat(err.toString().lines()).hasSize(1).first().asString().contains(says);
        assertThat(out.size()).isZero();
    }

    @Test
    void saysWhichDatabaseOrPublicationIsMissing() {
        assertThat(run("--url=" + postgres.url() + "_gone", "--publication=events"))
                .isEqualTo(1);
        assertThat(run("--url=" + postgres.url(), "--publication=evnts")).isEqualTo(1);

        assertThat(err.toString().lines()).hasSize(2).first().asString().contains(postgres.name() + "_gone");
        assertThat(err.toString()).contains("evnts").doesNotContain("\tat ");
    }

    @Test
    void debugShowsTheStackTrace() {
        assertThat(run("--url=postgresql://localhost:1/d", "--publication=events", "--debug"))
                .isEqualTo(1);

        assertThat(err.toString()).contains("\tat ");
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
                        "--max-events",
                        "WALEX_MAX_EVENTS");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void interruptLeavesNoSlot() throws IOException, InterruptedException {
        Process quickstart = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Quickstart.class.getName(),
                        "--url=" + postgres.url(),
                        "--publication=events")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> postgres.slots().all().stream().anyMatch(SlotView::active));

        // The signal of kill; that of Ctrl-C takes the same way, but a background job may ignore it.
        quickstart.destroy();

        assertThat(quickstart.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(postgres.slots().all()).isEmpty();
    }

    private int run(String... arguments) {
        return Quickstart.run(arguments, environment, out, new PrintWriter(err, true));
    }

    private List<JsonNode> lines() {
        ObjectMapper mapper = new ObjectMapper();
        return out.toString(StandardCharsets.UTF_8)
                .lines()
                .map(mapper::readTree)
                .toList();
    }
}
