package io.walex.reactive.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.snapshot.SnapshotReport;
import io.walex.reactive.snapshot.SnapshotReport.State;
import io.walex.reactive.snapshot.SnapshotReport.TableReport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What people see of a snapshot, on a terminal and elsewhere. */
class ProgressTests {

    private static final String ERASE = "\r\033[K";

    private final ByteArrayOutputStream terminal = new ByteArrayOutputStream();
    private final StringWriter lines = new StringWriter();
    private Instant now = Instant.EPOCH;

    private final Clock clock = new Clock() {
        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            return this;
        }
    };

    private static SnapshotReport report(String name, State state, double fraction, long rows) {
        TableReport todo = new TableReport("public", "todo", rows, rows, fraction, fraction == 1, 1);
        return report(name, state, fraction, rows, 310_000, Duration.ofSeconds(12), todo);
    }

    private static SnapshotReport report(
            String name,
            State state,
            double fraction,
            long rows,
            double speed,
            @Nullable Duration left,
            TableReport... tables) {
        return new SnapshotReport(name, state, List.of(tables), rows, rows, fraction, speed, left);
    }

    private StatusLine bar(int columns, boolean colour) {
        return new StatusLine(terminal, StandardCharsets.UTF_8, columns, colour);
    }

    private String shown() {
        return terminal.toString(StandardCharsets.UTF_8);
    }

    @Test
    void barTellsTableRowsPercentSpeedAndTimeLeft() {
        bar(80, false).running(report("initial", State.RUNNING, 0.5, 1_234_567));

        assertThat(shown())
                .isEqualTo("snapshot todo [########........] 50%  1,234,567 rows  310,000 rows/s  12 s left")
                .hasSizeLessThan(80);
    }

    @Test
    void barIsGreenWhereColoursAreWelcome() {
        bar(80, true).running(report("initial", State.RUNNING, 0.5, 1_234_567));

        assertThat(shown()).contains("[\033[32m########\033[0m........]");
    }

    @Test
    void nothingIsWiderThanTheTerminal() {
        TableReport table = new TableReport("archive", "a_table_with_a_\033[2Jlong_name", 1, 1, 0.123, false, 1);
        for (int columns = 1; columns <= 200; columns++) {
            String text = ProgressText.bar(
                    report(
                            "initial",
                            State.RUNNING,
                            0.123,
                            9_876_543_210L,
                            1_234_567,
                            Duration.ofHours(30),
                            table,
                            table),
                    columns,
                    false);
            assertThat(text).hasSizeLessThan(columns).doesNotContain("\033");
        }
    }

    @Test
    void namesTheTableThatIsReadAndItsPlace() {
        TableReport user = new TableReport("public", "user", 5, 5, 1, true, 1);
        TableReport orders = new TableReport("sales", "orders", 0, 0, 0, false, 1);

        assertThat(ProgressText.line(report("initial", State.RUNNING, 0.25, 5, 5, null, user, orders)))
                .isEqualTo("snapshot sales.orders 2/2: 25%, 5 rows, 5 rows/s");
    }

    @Test
    void barIsDrawnOverItselfAndLeavesAFinishedLine() {
        Progress progress = new Progress(bar(80, false), clock);

        progress.show(report("initial", State.RUNNING, 0, 0));
        progress.show(report("initial", State.RUNNING, 0.9, 90));
        now = now.plusSeconds(75);
        progress.show(report("initial", State.COMPLETED, 1, 100));
        progress.close();

        assertThat(shown().split("\r\033\\[K"))
                .hasSize(3)
                .satisfies(parts -> assertThat(parts[1]).contains("90%").doesNotContain("\n"))
                .satisfies(parts -> assertThat(parts[2])
                        .isEqualTo("snapshot todo: 100%, 100 rows in 75 s" + System.lineSeparator()));
    }

    @Test
    void otherLinesStandAboveTheBar() throws IOException {
        StatusLine bar = bar(80, false);
        OutputStream out = bar.above(terminal);
        out.write("before\n".getBytes(StandardCharsets.UTF_8));
        bar.running(report("initial", State.RUNNING, 0.5, 50));
        String drawn = shown().substring("before\n".length());

        out.write("{\"type\":\"read\"}\n".getBytes(StandardCharsets.UTF_8));
        out.write("in two ".getBytes(StandardCharsets.UTF_8));
        out.write("parts\n".getBytes(StandardCharsets.UTF_8));
        bar.idle();
        out.write("after\n".getBytes(StandardCharsets.UTF_8));

        assertThat(shown())
                .isEqualTo("before\n" + drawn + ERASE + "{\"type\":\"read\"}\n" + drawn + ERASE + "in two parts\n"
                        + drawn + ERASE + "after\n");
    }

    @Test
    void ofSeveralTheFirstIsShownUntilItHasEnded() {
        Progress progress = new Progress(new ProgressLines(new PrintWriter(lines, true), clock), clock);

        progress.show(report("initial", State.RUNNING, 0, 0));
        for (int second = 1; second <= 12; second++) {
            now = now.plusSeconds(1);
            progress.show(report("initial", State.RUNNING, 0.1, second));
            progress.show(report("backfill user", State.RUNNING, 0.2, second));
        }
        progress.show(report("initial", State.COMPLETED, 1, 1));
        progress.show(report("backfill user", State.COMPLETED, 1, 2_000));
        progress.close();

        assertThat(lines.toString().lines())
                .containsExactly(
                        "quickstart: snapshot todo: 10%, 5 rows, 310,000 rows/s, 12 s left",
                        "quickstart: snapshot todo: 10%, 10 rows, 310,000 rows/s, 12 s left",
                        "quickstart: snapshot todo: 100%, 1 row in 12 s",
                        "quickstart: backfill user: 100%, 2,000 rows in 11 s");
    }

    @Test
    void oneThatFailedLeavesNoLine() {
        Progress progress = new Progress(bar(80, false), clock);

        progress.show(report("backfill todo", State.RUNNING, 0.1, 1));
        progress.show(report("backfill todo", State.FAILED, 0.1, 1));
        progress.close();

        assertThat(shown()).endsWith(ERASE).doesNotContain("\n");
    }

    @Test
    void saysWhenNothingIsLeftToRead() {
        Progress progress = new Progress(new ProgressLines(new PrintWriter(lines, true), clock), clock);

        progress.show(report("initial", State.COMPLETED, 1, 0, 0, null));
        progress.close();

        assertThat(lines.toString().lines())
                .containsExactly("quickstart: snapshot: nothing to read, it has completed before");
    }
}
