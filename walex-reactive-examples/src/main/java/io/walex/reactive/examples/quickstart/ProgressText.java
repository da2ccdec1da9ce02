package io.walex.reactive.examples.quickstart;

import io.walex.reactive.snapshot.SnapshotReport;
import io.walex.reactive.snapshot.SnapshotReport.TableReport;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** What is said of a snapshot or backfill. */
final class ProgressText {

    private static final int LONGEST_BAR = 30;
    private static final int SHORTEST_BAR = 8;

    /** The bar keeps its length while they grow to as many characters. */
    private static final int USUAL_FIGURES = 46;

    private static final String GREEN = "\033[32m";
    private static final String PLAIN = "\033[0m";

    private ProgressText() {}

    /** Such as {@code snapshot todo 2/3: 41%, 1,234,567 rows, 310,000 rows/s, 12 s left}. */
    static String line(SnapshotReport report) {
        return label(report) + ": " + String.join(", ", figures(report));
    }

    /**
     * The same with a bar, on one line of a terminal.
     *
     * @param columns of the terminal. The last one stays free: some go to the next line when it is written
     */
    static String bar(SnapshotReport report, int columns, boolean colour) {
        int width = columns - 1;
        String label = label(report);
        String figures = String.join("  ", figures(report));
        int taken = label.length() + Math.max(figures.length(), USUAL_FIGURES) + 4;
        int cells = Math.min(LONGEST_BAR, width - taken);
        if (cells < SHORTEST_BAR) {
            return cut(cut(label, width - figures.length() - 1) + " " + figures, width);
        }
        int full = (int) (report.fraction() * cells);
        String done = "#".repeat(full);
        return "%s [%s%s] %s".formatted(label, colour ? GREEN + done + PLAIN : done, ".".repeat(cells - full), figures);
    }

    /** What it came to, such as {@code snapshot user, todo: 1,234,567 rows in 4 s}. */
    static String completed(SnapshotReport report, Duration took) {
        if (report.tables().isEmpty()) {
            return name(report) + ": nothing to read, it has completed before";
        }
        long tables = report.tables().size();
        String what = tables == 1 ? table(report.tables().get(0)) : tables + " tables";
        return name(report, what) + ": 100%, " + rows(report) + " in " + seconds(took);
    }

    /** The library's initial snapshot has a name that says nothing here. A backfill has the name that its option gave it. */
    private static String name(SnapshotReport report) {
        return isSnapshot(report) ? "snapshot" : printable(report.snapshot());
    }

    private static String name(SnapshotReport report, String tables) {
        return isSnapshot(report) ? "snapshot " + tables : printable(report.snapshot());
    }

    private static boolean isSnapshot(SnapshotReport report) {
        return report.snapshot().equals("initial");
    }

    private static String label(SnapshotReport report) {
        List<TableReport> tables = report.tables();
        for (int i = 0; i < tables.size(); i++) {
            if (!tables.get(i).completed()) {
                String place = tables.size() == 1 ? "" : " " + (i + 1) + "/" + tables.size();
                return name(report, table(tables.get(i))) + place;
            }
        }
        return name(report);
    }

    private static String table(TableReport report) {
        return printable(report.schema().equals("public") ? report.table() : report.schema() + "." + report.table());
    }

    /** A table's name may hold anything, also what a terminal would obey. */
    private static String printable(String name) {
        return name.replaceAll("\\p{Cntrl}", "?");
    }

    private static List<String> figures(SnapshotReport report) {
        String percent = (int) (report.fraction() * 100) + "%";
        String rows = rows(report);
        String speed = String.format(Locale.ROOT, "%,d rows/s", Math.round(report.rowsPerSecond()));
        Duration left = report.timeLeft();
        return left == null ? List.of(percent, rows, speed) : List.of(percent, rows, speed, inWords(left) + " left");
    }

    private static String rows(SnapshotReport report) {
        return report.rows() == 1 ? "1 row" : String.format(Locale.ROOT, "%,d rows", report.rows());
    }

    private static String inWords(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < 120) {
            return seconds + " s";
        }
        return seconds < 7200 ? seconds / 60 + " min" : seconds / 3600 + " h " + seconds / 60 % 60 + " min";
    }

    /** Short times in tenths, so that none is zero. */
    private static String seconds(Duration took) {
        return took.toSeconds() >= 10
                ? inWords(took)
                : String.format(Locale.ROOT, "%.1f s", Math.max(0.1, took.toMillis() / 1000.0));
    }

    private static String cut(String text, int width) {
        return text.length() <= width ? text : text.substring(0, Math.max(0, width));
    }
}
