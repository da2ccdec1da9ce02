package io.walex.reactive.guarantees.snapshots;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventType;
import io.walex.reactive.event.Row;
import io.walex.reactive.event.Transaction;
import io.walex.reactive.testsupport.TestDatabase;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Compares what a user has with what each table held at each commit, after every transaction and every slice of a snapshot:
 * rows that a transaction or slice is about, and from a table's completion on all of them.
 */
final class SnapshotOracle {

    private static final int HISTORY = 40;

    private final ShadowLog expected;
    private final Map<String, SnapshotReplica> replicas = new TreeMap<>();
    private final Set<String> excused = new LinkedHashSet<>();
    private final Set<String> completed = new LinkedHashSet<>();
    private final Map<String, Deque<String>> histories = new HashMap<>();
    private final List<String> failures = new ArrayList<>();
    private final Map<String, Long> counts = new TreeMap<>();
    private final Map<String, Integer> attempts = new TreeMap<>();
    private boolean hasEnded;

    SnapshotOracle(List<ShadowedTable> tables, ShadowLog expected) {
        this.expected = expected;
        tables.forEach(table -> replicas.put(table.name(), new SnapshotReplica(table.key())));
    }

    /** One transaction or slice, whole. */
    synchronized void receive(Transaction transaction, List<Event> events) {
        Map<String, Set<String>> touched = new LinkedHashMap<>();
        Map<String, Set<String>> read = new LinkedHashMap<>();
        for (Event event : events) {
            count(event.type().jsonName());
            if (event.name().equals(ShadowLog.TABLE) && event.type() == EventType.INSERT) {
                shadow(event, touched);
            } else if (event.name().equals("finish")) {
                hasEnded = true;
            } else if (event.type() == EventType.SNAPSHOT_COMPLETED) {
                completed.add(event.name());
                attempts.put(event.name(), event.snapshotSummary().attempt());
                keys(touched, event.name()).addAll(expected.state(event.name()).keySet());
                keys(touched, event.name())
                        .addAll(replicas.get(event.name()).rows().keySet());
            } else if (replicas.containsKey(event.name())) {
                SnapshotReplica replica = replicas.get(event.name());
                for (String key : replica.apply(event, expected.defaults(event.name()))) {
                    note(event.name(), key, event);
                    keys(touched, event.name()).add(key);
                    excuse(event, key);
                    if (event.type() == EventType.READ) {
                        keys(read, event.name()).add(key);
                    }
                }
            }
        }
        touched.forEach((table, keys) -> keys.forEach(key -> compare(
                transaction, table, key, read.getOrDefault(table, Set.of()).contains(key))));
    }

    /**
     * An update that moves a row into a filter comes as an insert, which the server sends without unchanged columns. Behind
     * the table's snapshot nobody can help that.
     */
    private void excuse(Event event, String key) {
        Row old = event.oldRecord();
        if (event.type() == EventType.UPDATE && old != null) {
            String before = String.valueOf(old.get(expected.table(event.name()).key()));
            // With another key it still lacks them.
            if (!before.equals(key) && excused.remove(event.name() + " " + before)) {
                excused.add(event.name() + " " + key);
            }
        }
        boolean incomplete = event.type() == EventType.INSERT
                && event.newRecord().columns().stream()
                        .anyMatch(column -> event.newRecord().isUnchanged(column.name()));
        if (incomplete && completed.contains(event.name())) {
            excused.add(event.name() + " " + key);
        } else if (event.type() == EventType.INSERT || event.type() == EventType.DELETE) {
            excused.remove(event.name() + " " + key);
        }
    }

    private void count(String what) {
        counts.merge(what, 1L, Long::sum);
    }

    private static Set<String> keys(Map<String, Set<String>> of, String table) {
        return of.computeIfAbsent(table, name -> new LinkedHashSet<>());
    }

    private void shadow(Event event, Map<String, Set<String>> touched) {
        Row row = Objects.requireNonNull(event.newRecord());
        String table = row.get("tab", String.class);
        String key = row.get("key", String.class);
        if (!expected.knows(Objects.requireNonNull(table))) {
            return;
        }
        if (key.equals(ShadowLog.ALL)) {
            keys(touched, table).addAll(expected.state(table).keySet());
            keys(touched, table).addAll(replicas.get(table).rows().keySet());
        }
        expected.apply(table, key, row.get("value", String.class));
        if (key.equals(ShadowLog.COLUMN)) {
            replicas.get(table).alter(expected.defaults(table));
        } else if (!key.equals(ShadowLog.ALL) && !key.equals(ShadowLog.DROP)) {
            keys(touched, table).add(key);
        }
    }

    private void note(String table, String key, Event event) {
        Deque<String> history = histories.computeIfAbsent(table + " " + key, name -> new ArrayDeque<>());
        history.addLast("%s xid %s %s"
                .formatted(
                        event,
                        Integer.toUnsignedString(event.xid()),
                        replicas.get(table).rows().get(key)));
        if (history.size() > HISTORY) {
            history.removeFirst();
        }
    }

    private void compare(Transaction transaction, String table, String key, boolean read) {
        Map<String, @Nullable String> wanted = expected.state(table).get(key);
        Map<String, @Nullable String> has = replicas.get(table).rows().get(key);
        String wrong = null;
        if (has == null) {
            wrong = wanted != null && completed.contains(table) ? "is missing" : null;
        } else if (wanted == null) {
            wrong = "should not be there";
        } else {
            for (Map.Entry<String, @Nullable String> column : wanted.entrySet()) {
                String value = has.containsKey(column.getKey()) ? has.get(column.getKey()) : SnapshotReplica.MISSING;
                boolean missing = SnapshotReplica.MISSING.equals(value);
                if (missing
                        ? read || completed.contains(table) && !excused.contains(table + " " + key)
                        : !Objects.equals(value, column.getValue())) {
                    wrong = column.getKey() + (missing ? " is missing" : " is " + value);
                }
            }
        }
        if (wrong != null && failures.size() < 5) {
            failures.add("%s of %s: %s%s after %s of %s, xid %s%n  expected %s%n  has %s%n  history:%n    %s"
                    .formatted(
                            key,
                            table,
                            wrong,
                            read ? " though READ" : "",
                            transaction.snapshot() == null ? "transaction" : "slice",
                            transaction.commitLsn(),
                            Integer.toUnsignedString(transaction.xid()),
                            wanted,
                            has,
                            String.join("\n    ", histories.getOrDefault(table + " " + key, new ArrayDeque<>()))));
        }
    }

    /** What is there now is what a user has. */
    synchronized void compareAtEnd(TestDatabase database) {
        ShadowLog now =
                new ShadowLog(replicas.keySet().stream().map(expected::table).toList());
        now.read(database);
        replicas.forEach((table, replica) -> {
            Set<String> keys = new LinkedHashSet<>(now.state(table).keySet());
            keys.addAll(replica.rows().keySet());
            for (String key : keys) {
                Map<String, @Nullable String> has = replica.rows().get(key);
                Map<String, @Nullable String> wanted = now.state(table).get(key);
                if (has == null || wanted == null || !sameColumns(wanted, has, excused.contains(table + " " + key))) {
                    failures.add("%s of %s at the end: expected %s%n  has %s%n  history:%n    %s"
                            .formatted(
                                    key,
                                    table,
                                    wanted,
                                    has,
                                    String.join(
                                            "\n    ", histories.getOrDefault(table + " " + key, new ArrayDeque<>()))));
                }
            }
        });
    }

    private static boolean sameColumns(
            Map<String, @Nullable String> wanted, Map<String, @Nullable String> has, boolean mayMiss) {
        return wanted.entrySet().stream()
                .allMatch(column -> has.containsKey(column.getKey())
                        && (Objects.equals(has.get(column.getKey()), column.getValue())
                                || mayMiss && SnapshotReplica.MISSING.equals(has.get(column.getKey()))));
    }

    synchronized List<String> failures() {
        return List.copyOf(failures);
    }

    synchronized boolean hasCompleted() {
        return completed.size() == replicas.size();
    }

    synchronized boolean hasEnded() {
        return hasEnded;
    }

    /** Events by type, and attempts by table. */
    synchronized String counts() {
        return counts + ", attempts " + attempts;
    }

    synchronized long count(EventType type) {
        return counts.getOrDefault(type.jsonName(), 0L);
    }
}
