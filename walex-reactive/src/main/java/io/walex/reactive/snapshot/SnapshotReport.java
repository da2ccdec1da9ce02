package io.walex.reactive.snapshot;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How far a snapshot or backfill is. Its text is one line for a log: {@code snapshot initial: public.todo 41% 1,234,567
 * rows, 310,000 rows/s, 12 s left}.
 *
 * @param snapshot the name
 * @param tables those that are read, in this order
 * @param rows how many {@code READ} events were delivered, counting rows that were read again after a restart
 * @param bytes of these rows, as PostgreSQL sent them
 * @param fraction from 0 to 1, where large tables weigh more; 0 before sizes are known, 1 only when all tables are completed
 * @param rowsPerSecond over the last seconds; 0 unless it is running
 * @param timeLeft estimated from how fast it was in the last seconds; null before that can be said, and unless it is running
 */
public record SnapshotReport(
        String snapshot,
        State state,
        List<TableReport> tables,
        long rows,
        long bytes,
        double fraction,
        double rowsPerSecond,
        @Nullable Duration timeLeft) {

    /** What a snapshot is doing. */
    public enum State {
        /** It waits for the stream, or for a snapshot that runs before it. */
        QUEUED,
        RUNNING,
        PAUSED,
        COMPLETED,
        CANCELLED,
        FAILED
    }

    /**
     * How far one table is.
     *
     * @param schema as the publication names it
     * @param table as the publication names it
     * @param rows how many {@code READ} events were delivered
     * @param bytes of these rows
     * @param fraction from 0 to 1; 1 only when it is completed
     * @param completed whether its {@code SNAPSHOT_COMPLETED} was delivered
     * @param attempt 1, or more where the table was rewritten meanwhile and had to be read from its start again
     */
    public record TableReport(
            String schema, String table, long rows, long bytes, double fraction, boolean completed, int attempt) {

        @Override
        public String toString() {
            return schema + "." + table + (attempt > 1 ? " (attempt " + attempt + ") " : " ") + percent(fraction);
        }
    }

    public SnapshotReport {
        tables = List.copyOf(tables);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("snapshot ").append(snapshot).append(": ");
        text.append(tables.size() == 1 ? tables.get(0).toString() : several());
        text.append(String.format(Locale.ROOT, " %,d rows", rows));
        if (state == State.RUNNING) {
            text.append(String.format(Locale.ROOT, ", %,d rows/s", Math.round(rowsPerSecond)));
            if (timeLeft != null) {
                text.append(", ").append(inWords(timeLeft)).append(" left");
            }
        } else {
            text.append(", ").append(state.name().toLowerCase(Locale.ROOT));
        }
        return text.toString();
    }

    private String several() {
        long completed = tables.stream().filter(TableReport::completed).count();
        return "%d of %d tables %s".formatted(completed, tables.size(), percent(fraction));
    }

    /** Rounded down, so that 100% has ended. */
    private static String percent(double fraction) {
        return (int) (fraction * 100) + "%";
    }

    private static String inWords(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < 120) {
            return seconds + " s";
        }
        return seconds < 7200 ? seconds / 60 + " min" : seconds / 3600 + " h " + seconds / 60 % 60 + " min";
    }
}
