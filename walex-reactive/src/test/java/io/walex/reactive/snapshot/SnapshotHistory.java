package io.walex.reactive.snapshot;

import io.walex.reactive.snapshot.GatedChunks.Arrival;
import io.walex.reactive.snapshot.GatedChunks.Chunk;
import io.walex.reactive.snapshot.SimulatedTable.Change;
import io.walex.reactive.snapshot.SimulatedTable.Row;
import io.walex.reactive.snapshot.SimulatedTable.Snapshot;
import io.walex.reactive.snapshot.SimulatedTable.Transaction;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * One random snapshot of a {@link SimulatedTable} under changes: several chunks are on their way at once, opened in
 * mid-transaction, emitted slice by slice between transactions, and all of it may be restarted. A subscriber applies what it is
 * given to an empty copy.
 */
final class SnapshotHistory {

    enum Variant {
        /** Commits are visible when they are in the WAL. */
        NO_SKEW,
        RESTARTS,
        STANDBY,
        TIGHT_MEMORY,
        WITHOUT_GUARD,
        WITHOUT_START_GUARD,
        WITHOUT_REPAIR,
        /** Rows are emitted as they were read. */
        WITHOUT_STRIKE,
        /** Waits for the WAL position behind the chunk instead, as log watermarks do. */
        LSN_WATERMARKS
    }

    private static final Visibility ALL_IN_THE_WAL = new StandbyVisibility(-1, -1);
    private static final int MOST_STEPS = 20_000;
    private static final int MOST_DATABASE_STEPS = 250;

    private static final class Reading {
        final IntPredicate pages;
        final int range;
        final Set<Integer> keys;
        final Chunk chunk;

        @Nullable
        Snapshot snapshot;

        @Nullable
        Map<Integer, Row> rows;

        @Nullable
        Deque<Map.Entry<Integer, Row>> left;

        Reading(int range, Collection<Integer> keys, int ranges, Chunk chunk) {
            this.range = range;
            this.keys = new HashSet<>(keys);
            this.chunk = chunk;
            // The last range has no end.
            pages = range < 0 ? page -> true : page -> page / 2 == range || range == ranges - 1 && page / 2 > range;
        }
    }

    private final Random random;
    private final Set<Variant> variants;
    private final SimulatedTable table;
    private final Deque<Integer> todo = new ArrayDeque<>();
    private final List<Reading> readings = new ArrayList<>();
    private final Map<Integer, Row> subscriber = new HashMap<>();
    private final int ranges;
    private GatedChunks<Integer, Row> merge;
    private int delivered;
    private int changesDelivered;
    private int databaseSteps;
    private boolean rangesDone;
    private boolean completed;
    private boolean staleRead;
    private boolean wrongState;
    int repairsRead;

    SnapshotHistory(long seed, Set<Variant> variants) {
        random = new Random(seed);
        this.variants = variants;
        table = new SimulatedTable(random, !variants.contains(Variant.NO_SKEW));
        for (int i = random.nextInt(30); i > 0; i--) {
            table.step();
        }
        delivered = random.nextInt(table.wal.size() + 1);
        ranges = (table.pages() + 1) / 2;
        for (int range = 0; range < ranges; range++) {
            todo.add(range);
        }
        merge = start(List.of());
    }

    static SnapshotHistory of(long seed, Variant... variants) {
        EnumSet<Variant> set = EnumSet.noneOf(Variant.class);
        set.addAll(List.of(variants));
        return new SnapshotHistory(seed, set);
    }

    boolean staleRead() {
        return staleRead;
    }

    boolean wrongState() {
        return wrongState;
    }

    boolean isExact() {
        return !staleRead && !wrongState;
    }

    private GatedChunks<Integer, Row> start(Collection<Integer> repairs) {
        if (!variants.contains(Variant.WITHOUT_START_GUARD)) {
            table.showAll();
        }
        boolean tight = variants.contains(Variant.TIGHT_MEMORY);
        GatedChunks<Integer, Row> started = new GatedChunks<>(
                Row::filledFrom,
                row -> 10,
                (tight ? 1 + random.nextInt(4) : 1000) * (ChangedRows.ROW_BYTES + 10L),
                tight ? 1 + random.nextInt(3) : 1000);
        started.restore(repairs);
        started.reached(table.commitLsn(delivered));
        if (rangesDone) {
            started.rangesDone();
        }
        return started;
    }

    SnapshotHistory run() {
        for (int steps = 0; !completed; steps++) {
            if (steps > MOST_STEPS) {
                throw new AssertionError("The snapshot does not end: " + merge.repairs() + " repairs, " + todo);
            }
            step();
        }
        // Complete: from here on the copy is equal at each commit.
        for (int i = 0; i < 30; i++) {
            table.step();
            deliver();
        }
        while (delivered < table.wal.size()) {
            deliver();
        }
        return this;
    }

    private void step() {
        switch (random.nextInt(12)) {
            case 0, 1, 2 -> stepDatabase();
            case 3, 4 -> deliver();
            case 5, 6 -> openOne();
            case 7 -> any(this::snapshot);
            case 8 -> any(this::arrive);
            case 9, 10 -> any(this::emit);
            default -> stepRarely();
        }
    }

    private void any(Consumer<Reading> action) {
        if (!readings.isEmpty()) {
            action.accept(readings.get(random.nextInt(readings.size())));
        }
    }

    private void stepDatabase() {
        if (databaseSteps++ < MOST_DATABASE_STEPS) {
            table.step();
        } else {
            table.settle();
        }
    }

    private void stepRarely() {
        if (variants.contains(Variant.RESTARTS) && changesDelivered == 0 && random.nextInt(4) == 0) {
            readings.forEach(this::giveBack);
            readings.clear();
            merge = start(merge.repairList());
        } else if (random.nextInt(20) == 0) {
            merge.reshaped();
        } else if (!rangesDone && todo.isEmpty() && readings.isEmpty()) {
            rangesDone = true;
            merge.rangesDone();
        } else if (rangesDone && readings.isEmpty()) {
            completed = merge.repairs() == 0 || variants.contains(Variant.WITHOUT_REPAIR);
        }
    }

    /** Delivers a part of a transaction. */
    private void deliver() {
        if (delivered == table.wal.size()) {
            return;
        }
        Transaction transaction = table.wal.get(delivered);
        List<Change> changes = transaction.changes();
        if (changesDelivered == 0 && !changes.isEmpty()) {
            merge.begin((int) transaction.xid(), table.commitLsn(delivered));
        }
        for (int i = 1 + random.nextInt(3); i > 0 && changesDelivered < changes.size(); i--) {
            Change change = changes.get(changesDelivered++);
            tell(change);
            change.apply(subscriber);
        }
        if (changesDelivered == changes.size()) {
            changesDelivered = 0;
            delivered++;
            merge.reached(table.commitLsn(delivered));
            compare();
        }
    }

    private void tell(Change change) {
        Integer key = change.key();
        Row row = change.row();
        Integer old = change.old();
        if (key == null) {
            merge.truncate();
        } else if (row == null) {
            merge.delete(key);
        } else if (old != null) {
            merge.rekey(old, key, row, row.isComplete());
        } else {
            merge.upsert(key, row, row.isComplete());
        }
    }

    private void compare() {
        Map<Integer, Row> now = table.states.get(delivered);
        subscriber.forEach(
                (key, row) -> wrongState |= !row.filledFrom(now.get(key)).equals(now.get(key)));
        wrongState |= completed && !subscriber.equals(now);
    }

    private void openOne() {
        if (readings.size() >= 4) {
            return;
        }
        if (!todo.isEmpty()) {
            readings.add(new Reading(todo.removeFirst(), List.of(), ranges, merge.open()));
        } else if (rangesDone && merge.repairs() > 0 && !variants.contains(Variant.WITHOUT_REPAIR)) {
            repairsRead++;
            List<Integer> keys = merge.repairsToRead(1 + random.nextInt(3));
            readings.add(new Reading(-1, keys, ranges, merge.open()));
        }
    }

    private void snapshot(Reading reading) {
        if (reading.snapshot == null) {
            Snapshot taken = variants.contains(Variant.STANDBY) ? table.standbySnapshot() : table.primarySnapshot();
            if (taken != null) {
                reading.snapshot = taken;
                reading.rows =
                        table.read(taken, reading.pages, key -> reading.range >= 0 || reading.keys.contains(key));
            }
        }
    }

    private void arrive(Reading reading) {
        Snapshot snapshot = reading.snapshot;
        if (snapshot == null || reading.left != null) {
            return;
        }
        boolean watermarks = variants.contains(Variant.LSN_WATERMARKS);
        boolean guarded = !watermarks && !variants.contains(Variant.WITHOUT_GUARD);
        if (merge.arrived(reading.chunk, guarded ? snapshot.visibility() : ALL_IN_THE_WAL) != Arrival.USABLE) {
            again(reading);
            return;
        }
        if (!guarded) {
            reading.chunk.target(
                    watermarks
                            ? table.commitLsn(table.wal.size())
                            : snapshot.visibility().target());
        }
        reading.left = new ArrayDeque<>(Objects.requireNonNull(reading.rows).entrySet());
    }

    private void emit(Reading reading) {
        Deque<Map.Entry<Integer, Row>> left = reading.left;
        if (changesDelivered > 0 || left == null) {
            return;
        }
        if (merge.isVoid(reading.chunk)) {
            again(reading);
        } else if (merge.isReady(reading.chunk)) {
            for (int i = 1 + random.nextInt(3); i > 0 && !left.isEmpty(); i--) {
                emit(reading, left.removeFirst());
            }
            if (left.isEmpty() && random.nextBoolean()) {
                merge.repaired(reading.chunk, reading.keys);
                merge.done(reading.chunk);
                readings.remove(reading);
            }
        } else if (variants.contains(Variant.STANDBY) && random.nextInt(4) == 0) {
            // Nothing more may be written for a long time.
            reading.chunk.target(table.replayedLater());
        }
    }

    private void emit(Reading reading, Map.Entry<Integer, Row> read) {
        Integer key = read.getKey();
        boolean asRead = merge.isAsRead(reading.chunk);
        Row row = merge.take(reading.chunk, key, read.getValue());
        if (asRead && !read.getValue().equals(row)) {
            throw new AssertionError("Row " + key + " was to be as it was read");
        }
        if (variants.contains(Variant.WITHOUT_STRIKE)) {
            row = read.getValue();
        }
        if (row != null) {
            staleRead |= !row.equals(table.states.get(delivered).get(key));
            subscriber.put(key, row);
        }
    }

    private void again(Reading reading) {
        readings.remove(reading);
        giveBack(reading);
    }

    private void giveBack(Reading reading) {
        merge.discard(reading.chunk);
        if (reading.range >= 0) {
            todo.add(reading.range);
        }
    }
}
