package io.walex.reactive.snapshot;

import io.walex.reactive.error.SnapshotException;
import io.walex.reactive.pgoutput.Lsn;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How far a snapshot is: what its store keeps.
 *
 * @param key what it is kept under
 * @param name of the snapshot or backfill
 * @param run another for each time that it begins with its first row, so that what is left of an earlier one is noticed
 * @param spec what is read, as text, so that another specification under the same name is noticed
 * @param systemIdentifier of the cluster whose rows were read
 * @param timeline that these were read on; 0 where they were read on a standby
 * @param lsn the highest that a chunk waited for; a timeline that forked before it may lack what was read
 * @param completed whether all tables were read and told complete
 */
record SnapshotProgress(
        String key,
        String name,
        String run,
        String spec,
        String systemIdentifier,
        int timeline,
        Lsn lsn,
        boolean completed,
        List<TableProgress> tables) {

    SnapshotProgress {
        tables = List.copyOf(tables);
    }

    /**
     * One table, as the publication names it.
     *
     * @param key the columns that its rows are told apart by, with their types
     * @param attempt 1, and one more each time that it begins again
     * @param completed whether it was told complete, and that was acknowledged
     * @param sources the heaps that it consists of; none before it was planned, nor when it is complete
     */
    record TableProgress(
            String schema,
            String table,
            String key,
            int attempt,
            boolean completed,
            long rows,
            long bytes,
            List<SourceProgress> sources) {

        TableProgress {
            sources = List.copyOf(sources);
        }

        private TableProgress with(List<TableProgress> others) {
            return others.stream()
                    .filter(other ->
                            schema.equals(other.schema) && table.equals(other.table) && key.equals(other.key)
                                    && attempt == other.attempt)
                    .findFirst()
                    .map(this::with)
                    .orElse(this);
        }

        private TableProgress with(TableProgress other) {
            boolean done = completed || other.completed;
            return new TableProgress(
                    schema,
                    table,
                    key,
                    attempt,
                    done,
                    Math.max(rows, other.rows),
                    Math.max(bytes, other.bytes),
                    done
                            ? List.of()
                            : sources.stream()
                                    .map(source -> source.with(other.sources))
                                    .toList());
        }
    }

    /**
     * One heap.
     *
     * @param oid unsigned
     * @param filenode of the file that the ranges are places in
     * @param pages when it was planned
     * @param remaining tuple ids that are to be read, in order, apart from each other
     * @param cursor the last key that was read, where it is read by key
     * @param repairs keys of rows that are to be read again
     */
    record SourceProgress(
            int oid,
            long filenode,
            long pages,
            List<TidRange> remaining,
            @Nullable Key cursor,
            List<Key> repairs) {

        SourceProgress {
            remaining = merged(remaining);
            repairs = List.copyOf(repairs);
        }

        private SourceProgress with(List<SourceProgress> others) {
            return others.stream()
                    .filter(other -> oid == other.oid && filenode == other.filenode && pages == other.pages)
                    .findFirst()
                    .map(this::with)
                    .orElse(this);
        }

        /** Keys cannot be compared here. The other's cursor is no earlier, since it is stored before it is acknowledged. */
        private SourceProgress with(SourceProgress other) {
            return new SourceProgress(
                    oid,
                    filenode,
                    pages,
                    common(remaining, other.remaining),
                    other.cursor == null ? cursor : other.cursor,
                    Stream.concat(repairs.stream(), other.repairs.stream())
                            .distinct()
                            .toList());
        }
    }

    /** Bytes of a key's columns, as base64. */
    record Key(String base64) {

        static Key of(byte[] bytes) {
            return new Key(Base64.getEncoder().encodeToString(bytes));
        }

        byte[] bytes() {
            return Base64.getDecoder().decode(base64);
        }

        /** Tells nothing of the row. */
        @Override
        public String toString() {
            return "Key";
        }
    }

    /** The same, with more to be read. */
    SnapshotProgress reopened() {
        return new SnapshotProgress(key, name, run, spec, systemIdentifier, timeline, lsn, false, tables);
    }

    /** The text that {@link #parse} reads back. */
    String toJson() {
        return ProgressJson.write(this);
    }

    /**
     * What was saved under the key.
     *
     * @throws SnapshotException when it is not such a text, one of another key, or of a later version
     */
    static SnapshotProgress parse(String text, String key) {
        return ProgressJson.read(text, key);
    }

    /** Whether the other is of the same run, read from the same server. */
    boolean isComparable(SnapshotProgress other) {
        return run.equals(other.run)
                && spec.equals(other.spec)
                && systemIdentifier.equals(other.systemIdentifier)
                && timeline == other.timeline;
    }

    /**
     * What is done when the one and the other are done: what was acknowledged, and what its consumer has stored and perhaps
     * not acknowledged yet. Rows that either wants to be read again are. A table's other attempt is left out.
     *
     * @param other is comparable
     */
    SnapshotProgress with(SnapshotProgress other) {
        return new SnapshotProgress(
                key,
                name,
                run,
                spec,
                systemIdentifier,
                timeline,
                lsn.isAfter(other.lsn) ? lsn : other.lsn,
                completed || other.completed,
                tables.stream().map(table -> table.with(other.tables)).toList());
    }

    /** What is in a range of the one and in one of the other. */
    private static List<TidRange> common(List<TidRange> one, List<TidRange> other) {
        List<TidRange> common = new ArrayList<>();
        for (TidRange range : one) {
            for (TidRange with : other) {
                long from = Math.max(range.from(), with.from());
                long to = Math.min(range.to(), with.to());
                if (from < to) {
                    common.add(new TidRange(from, to));
                }
            }
        }
        return common;
    }

    /** Ranges that touch or overlap become one. */
    private static List<TidRange> merged(List<TidRange> ranges) {
        List<TidRange> merged = new ArrayList<>();
        for (TidRange next :
                ranges.stream().sorted(Comparator.comparingLong(TidRange::from)).toList()) {
            TidRange last = merged.isEmpty() ? null : merged.get(merged.size() - 1);
            if (last == null || last.to() < next.from()) {
                merged.add(next);
            } else {
                merged.set(merged.size() - 1, new TidRange(last.from(), Math.max(last.to(), next.to())));
            }
        }
        return List.copyOf(merged);
    }
}
