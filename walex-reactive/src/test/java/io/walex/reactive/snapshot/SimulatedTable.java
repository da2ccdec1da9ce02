package io.walex.reactive.snapshot;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A table as PostgreSQL keeps it, under random transactions: versions of rows in pages, row locks that are held until a commit
 * is visible, commits that are in the WAL before they are visible. Rows move between pages, keys change and come back, and an
 * update leaves out of the WAL what it does not change of two columns.
 */
final class SimulatedTable {

    static final int LEFT_OUT = -1;

    private static final int KEYS = 8;
    private static final int PAGES = 6;
    private static final int COMMIT_SPACE = 100;
    private static final int COMMIT_LENGTH = 60;

    record Row(int a, int b, int c) {

        boolean isComplete() {
            return b != LEFT_OUT && c != LEFT_OUT;
        }

        Row filledFrom(@Nullable Row older) {
            return older == null ? this : new Row(a, b == LEFT_OUT ? older.b : b, c == LEFT_OUT ? older.c : c);
        }
    }

    /**
     * A change as it is in the WAL.
     *
     * @param key null when all rows go
     * @param old the key before, if it has changed
     * @param row null when the row goes
     */
    record Change(
            @Nullable Integer key,
            @Nullable Integer old,
            @Nullable Row row) {

        void apply(Map<Integer, Row> rows) {
            if (key == null) {
                rows.clear();
            } else if (row == null) {
                rows.remove(key);
            } else {
                Row before = rows.get(old == null ? key : old);
                if (old != null) {
                    rows.remove(old);
                }
                rows.put(key, row.filledFrom(before));
            }
        }
    }

    record Transaction(long xid, List<Change> changes) {}

    /** What a reader sees. */
    record Snapshot(Visibility visibility, Set<Long> visible) {}

    private static final class Version {
        final int key;
        final Row row;
        final int page;
        final long xmin;
        long xmax;

        Version(int key, Row row, int page, long xmin) {
            this.key = key;
            this.row = row;
            this.page = page;
            this.xmin = xmin;
        }
    }

    private final Random random;
    private final boolean skewed;
    private final long firstLsn;
    private final List<Version> versions = new ArrayList<>();
    private final Map<Integer, Version> live = new HashMap<>();
    private final List<Transaction> running = new ArrayList<>();
    private final List<Transaction> invisible = new ArrayList<>();
    private final Set<Long> visible = new HashSet<>(Set.of(0L));
    private final Map<Integer, Long> locks = new HashMap<>();
    private long tableLock;
    private long nextXid;
    private long latestEnded;
    private int pages = PAGES;
    private int replayed;
    private int applied;

    final List<Transaction> wal = new ArrayList<>();

    /** The rows after so many commits. */
    final List<Map<Integer, Row>> states = new ArrayList<>();

    SimulatedTable(Random random, boolean skewed) {
        this.random = random;
        this.skewed = skewed;
        // Where 32 bits, and signed 64, come to an end.
        long[] xids = {3, (1L << 31) - 6, (1L << 32) - 6, (7L << 32) - 6};
        nextXid = xids[random.nextInt(xids.length)];
        latestEnded = nextXid - 1;
        firstLsn = random.nextBoolean() ? 1000 : Long.MAX_VALUE - 600;
        Map<Integer, Row> rows = new HashMap<>();
        for (int key = 0; key < KEYS; key++) {
            if (random.nextInt(10) < 7) {
                Row row = new Row(0, value(), value());
                insert(key, row, random.nextInt(PAGES), 0);
                rows.put(key, row);
            }
        }
        states.add(rows);
    }

    int pages() {
        return pages;
    }

    /** Where the commit record of this number starts, be it there or not. */
    long commitLsn(int number) {
        return firstLsn + (long) number * COMMIT_SPACE;
    }

    void step() {
        double choice = random.nextDouble();
        if (choice < .35 && running.size() < 3) {
            running.add(new Transaction(nextXid++, new ArrayList<>()));
        } else if (choice < .75 && !running.isEmpty()) {
            change(running.get(random.nextInt(running.size())));
        } else if (choice < .9 && !running.isEmpty()) {
            commit(running.remove(random.nextInt(running.size())));
        } else {
            showOne();
        }
    }

    private void change(Transaction by) {
        int key = random.nextInt(KEYS);
        if (!lock(key, by.xid)) {
            return;
        }
        Version version = live.get(key);
        if (random.nextInt(40) == 0) {
            truncate(by);
        } else if (version == null) {
            Row row = new Row(value(), value(), value());
            insert(key, row, anyPage(), by.xid);
            by.changes.add(new Change(key, null, row));
        } else if (random.nextInt(100) < 15) {
            int other = random.nextInt(KEYS);
            if (!live.containsKey(other) && lock(other, by.xid)) {
                update(by, version, other);
            }
        } else if (random.nextInt(4) == 0) {
            version.xmax = by.xid;
            live.remove(key);
            by.changes.add(new Change(key, null, null));
        } else {
            update(by, version, key);
        }
    }

    private boolean lock(int key, long xid) {
        return (tableLock == 0 || tableLock == xid) && locks.computeIfAbsent(key, none -> xid) == xid;
    }

    private void truncate(Transaction by) {
        if (locks.values().stream().allMatch(owner -> owner == by.xid)) {
            tableLock = by.xid;
            live.values().forEach(version -> version.xmax = by.xid);
            live.clear();
            by.changes.add(new Change(null, null, null));
        }
    }

    private void update(Transaction by, Version version, int key) {
        Row logged = new Row(
                value(), random.nextInt(10) < 6 ? LEFT_OUT : value(), random.nextInt(10) < 6 ? LEFT_OUT : value());
        version.xmax = by.xid;
        live.remove(version.key);
        insert(key, logged.filledFrom(version.row), random.nextInt(10) < 4 ? version.page : anyPage(), by.xid);
        by.changes.add(new Change(key, key == version.key ? null : version.key, logged));
    }

    private void insert(int key, Row row, int page, long xid) {
        Version version = new Version(key, row, page, xid);
        versions.add(version);
        live.put(key, version);
    }

    private int anyPage() {
        return random.nextInt(100) < 15 ? pages++ : random.nextInt(pages);
    }

    private int value() {
        return random.nextInt(1000);
    }

    private void commit(Transaction transaction) {
        wal.add(transaction);
        Map<Integer, Row> rows = new HashMap<>(states.get(states.size() - 1));
        transaction.changes.forEach(change -> change.apply(rows));
        states.add(rows);
        invisible.add(transaction);
        if (!skewed || random.nextInt(10) < 6) {
            show(transaction);
        }
    }

    /** Begins nothing new. */
    void settle() {
        if (running.isEmpty()) {
            showOne();
        } else {
            commit(running.remove(random.nextInt(running.size())));
        }
    }

    /** One of the commits that are in the WAL becomes visible. */
    private void showOne() {
        if (!invisible.isEmpty()) {
            show(invisible.get(random.nextInt(invisible.size())));
        }
    }

    void showAll() {
        List.copyOf(invisible).forEach(this::show);
        replayed = wal.size();
    }

    private void show(Transaction transaction) {
        invisible.remove(transaction);
        visible.add(transaction.xid);
        latestEnded = Math.max(latestEnded, transaction.xid);
        locks.values().removeIf(owner -> owner == transaction.xid);
        if (tableLock == transaction.xid) {
            tableLock = 0;
        }
    }

    /** Null as long as a reader would wait for a lock. */
    @Nullable
    Snapshot primarySnapshot() {
        if (tableLock != 0) {
            return null;
        }
        long xmax = latestEnded + 1;
        Set<Long> unended = running.stream().map(Transaction::xid).collect(Collectors.toSet());
        invisible.forEach(transaction -> unended.add(transaction.xid));
        long xmin = unended.stream().mapToLong(xid -> xid).min().orElse(xmax);
        unended.removeIf(xid -> xid >= xmax);
        return new Snapshot(
                new PrimaryVisibility(Math.min(xmin, xmax), xmax, unended, commitLsn(wal.size())), Set.copyOf(visible));
    }

    /** Commits become visible as they are replayed; one may be visible whose replay has not ended. */
    Snapshot standbySnapshot() {
        long before = replayLsn();
        replay();
        applied = Math.min(wal.size(), Math.max(applied, replayed + random.nextInt(2)));
        int shown = applied;
        if (random.nextBoolean()) {
            replay();
        }
        Set<Long> xids = wal.subList(0, shown).stream().map(Transaction::xid).collect(Collectors.toSet());
        xids.add(0L);
        return new Snapshot(new StandbyVisibility(before, replayLsn()), xids);
    }

    /** How far replay has come some time after a snapshot: what was visible then has been replayed. */
    long replayedLater() {
        replayed = Math.max(replayed, applied);
        return replayLsn();
    }

    private void replay() {
        replayed = Math.min(wal.size(), replayed + random.nextInt(3));
    }

    /** Behind a commit, or behind what may be between it and the next one. */
    private long replayLsn() {
        return replayed == 0 || random.nextBoolean() ? commitLsn(replayed) : commitLsn(replayed - 1) + COMMIT_LENGTH;
    }

    /** The rows that a snapshot shows. */
    Map<Integer, Row> read(Snapshot snapshot, IntPredicate page, IntPredicate key) {
        Set<Long> shown = snapshot.visible;
        return versions.stream()
                .filter(version -> page.test(version.page) && key.test(version.key))
                .filter(version -> shown.contains(version.xmin) && (version.xmax == 0 || !shown.contains(version.xmax)))
                .collect(Collectors.toMap(version -> version.key, version -> version.row));
    }
}
