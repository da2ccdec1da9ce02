package io.walex.reactive.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Rows from before the stream, and rows again. */
class QuickstartSnapshotIT extends QuickstartRuns {

    private static final int ROWS = 100;

    /** More than a few chunks have. */
    private static final int MANY = 30_000;

    @TempDir
    Path directory;

    @BeforeEach
    void rowsAreThere() {
        postgres.execute("INSERT INTO todo SELECT i, 'task ' || i FROM generate_series(1, " + ROWS + ") i");
        environment.put("WALEX_URL", postgres.url());
        environment.put("WALEX_PUBLICATION", "events");
        environment.put("WALEX_SNAPSHOT_DIR", directory.toString());
    }

    private static List<Integer> ids(List<JsonNode> events) {
        return events.stream()
                .map(event -> event.get("new_record").get("id").asInt())
                .toList();
    }

    private static List<Integer> numbers(int from, int to) {
        return IntStream.rangeClosed(from, to).boxed().toList();
    }

    private CompletableFuture<Integer> inBackground(String... arguments) {
        return CompletableFuture.supplyAsync(() -> run(arguments));
    }

    private void awaitSaid(String text) {
        await().until(() -> err.toString().contains(text));
    }

    @Test
    void rowsComeFirstAndThenChanges() {
        environment.put("WALEX_SNAPSHOT", "todo,note");
        CompletableFuture<Integer> exit = inBackground("--max-events=" + (ROWS + 3));
        awaitSaid("quickstart: snapshot 2 tables: 100%, 100 rows in ");

        postgres.execute("INSERT INTO todo VALUES (0, 'new')");

        assertThat(exit.join()).as(err::toString).isZero();
        List<JsonNode> events = lines();
        assertThat(events.subList(0, ROWS + 2).stream().filter(event -> isType(event, "read")))
                .satisfies(reads ->
                        assertThat(ids(List.copyOf(reads))).containsExactlyInAnyOrderElementsOf(numbers(1, ROWS)));
        assertThat(events.stream().filter(event -> isType(event, "snapshot_completed")))
                .extracting(event -> event.get("name").asString() + " "
                        + event.get("snapshot").get("rows").asInt())
                .containsExactlyInAnyOrder("todo 100", "note 0");
        assertThat(events.get(ROWS + 2).get("type").asString()).isEqualTo("insert");
        assertThat(err.toString()).hasLineCount(1);
        assertThat(directory).isEmptyDirectory();
    }

    private static boolean isType(JsonNode event, String type) {
        return event.get("type").asString().equals(type);
    }

    @Test
    void endsAfterEnoughOfTheRows() {
        assertThat(run("--snapshot=todo", "--max-events=7")).as(err::toString).isZero();

        assertThat(lines()).hasSize(7).allMatch(event -> isType(event, "read"));
    }

    @Test
    void durableSlotReadsOnceAndGoesOnWithWhatIsLeft() throws Exception {
        postgres.execute(
                "INSERT INTO todo SELECT i, repeat('x', 500) FROM generate_series(%d, %d) i".formatted(ROWS + 1, MANY));
        String[] arguments = {
            "--url=" + postgres.url(),
            "--publication=events",
            "--slot=" + postgres.name(),
            "--snapshot=todo",
            "--snapshot-dir=" + directory
        };
        List<JsonNode> first = printed(arguments, line -> isPartlySaved());
        postgres.awaitSlotInactive(postgres.name());
        List<JsonNode> second = printed(arguments, line -> isType(line, "snapshot_completed"));

        assertThat(second.stream().filter(event -> isType(event, "read"))).hasSizeLessThan(MANY);
        assertThat(ids(Stream.of(first, second)
                        .flatMap(List::stream)
                        .filter(event -> isType(event, "read"))
                        .toList()))
                .containsAll(numbers(1, MANY));
    }

    /** Kills it once the last line says so. What nobody reads from then on fills the pipe, so that the rest stays unread. */
    private static List<JsonNode> printed(String[] arguments, Predicate<JsonNode> enough)
            throws IOException, InterruptedException {
        ObjectMapper mapper = new ObjectMapper();
        List<JsonNode> lines = new ArrayList<>();
        Process quickstart = start(arguments);
        try (BufferedReader output = quickstart.inputReader(StandardCharsets.UTF_8)) {
            do {
                lines.add(mapper.readTree(output.readLine()));
            } while (!enough.test(lines.get(lines.size() - 1)));
        } finally {
            quickstart.destroyForcibly().waitFor();
        }
        return lines;
    }

    private static boolean hasRows(Path progress) {
        try {
            return Files.readString(progress).matches("(?s).*\"rows\":[1-9].*");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether it is known that some rows were read. */
    private boolean isPartlySaved() {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".json")).anyMatch(QuickstartSnapshotIT::hasRows);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void rowsOfABackfillComeAgain() {
        environment.put("WALEX_BACKFILL", "todo where id > 97");

        assertThat(run("--max-events=4")).as(err::toString).isZero();

        assertThat(ids(lines().subList(0, 3))).containsExactlyInAnyOrder(98, 99, 100);
        assertThat(lines().get(3).get("snapshot").get("name").asString()).isEqualTo("backfill todo where id > 97");
    }

    @Test
    void severalBackfillsRunBesideASnapshot() {
        assertThat(run(
                        "--snapshot=todo",
                        "--backfill=todo where id = 1",
                        "--backfill=todo where id = 2",
                        "--max-events=" + (ROWS + 5)))
                .as(err::toString)
                .isZero();

        assertThat(lines().stream().filter(event -> isType(event, "snapshot_completed")))
                .extracting(event -> event.get("snapshot").get("name").asString())
                .containsExactlyInAnyOrder("initial", "backfill todo where id = 1", "backfill todo where id = 2");
    }

    @Test
    void backfillThatCannotBeReadIsToldAndTheStreamGoesOn() {
        CompletableFuture<Integer> exit =
                inBackground("--backfill=todo where no_such_column = 1", "--backfill=gone", "--max-events=1");
        awaitSaid("no_such_column");
        awaitSaid("\"gone\" is not in publication");

        postgres.execute("INSERT INTO todo VALUES (0, 'goes on')");

        assertThat(exit.join()).isEqualTo(1);
        assertThat(lines()).hasSize(1);
        assertThat(err.toString().lines())
                .hasSize(2)
                .allMatch(line -> line.startsWith("quickstart: Snapshot \"backfill "));
    }

    @Test
    void barIsNeverAmongTheEvents() {
        StatusLine bar = new StatusLine(
                new java.io.OutputStream() {
                    @Override
                    public void write(int b) {
                        err.write(b);
                    }
                },
                StandardCharsets.UTF_8,
                80,
                false);

        int exit = Quickstart.run(
                new String[] {"--snapshot=todo", "--max-events=" + (ROWS + 1)},
                environment,
                out,
                new PrintWriter(err, true),
                bar);

        assertThat(exit).isZero();
        assertThat(lines()).hasSize(ROWS + 1);
        assertThat(err.toString()).startsWith("snapshot todo [").contains("\r\033[K");
    }
}
