package io.walex.reactive.guarantees.snapshots;

import io.walex.reactive.event.Column;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.Row;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A table as a user keeps it who upserts what comes. */
final class SnapshotReplica {

    /** In place of a value that did not come and was not there. */
    static final String MISSING = "(missing)";

    private final String key;
    private final Map<String, Map<String, @Nullable String>> rows = new HashMap<>();

    SnapshotReplica(String key) {
        this.key = key;
    }

    Map<String, Map<String, @Nullable String>> rows() {
        return rows;
    }

    /**
     * Returns the keys of rows that it is about.
     *
     * @param defaults of columns that came since, which the event may not know
     */
    Collection<String> apply(Event event, Map<String, @Nullable String> defaults) {
        switch (event.type()) {
            case INSERT, READ -> {
                String now = key(row(event));
                rows.put(now, values(row(event), defaults));
                return List.of(now);
            }
            case UPDATE -> {
                Row old = event.oldRecord();
                String now = key(row(event));
                String before = old == null ? now : key(old);
                Map<String, @Nullable String> known = rows.remove(before);
                rows.put(now, values(row(event), known == null ? defaults : known));
                return before.equals(now) ? List.of(now) : List.of(before, now);
            }
            case DELETE -> {
                String before = key(Objects.requireNonNull(event.oldRecord()));
                rows.remove(before);
                return List.of(before);
            }
            case TRUNCATE -> rows.clear();
            default -> {
                // Not of rows.
            }
        }
        return List.of();
    }

    /** All rows have the column now. */
    void alter(Map<String, @Nullable String> columns) {
        rows.values().forEach(row -> fill(row, columns));
    }

    private static Row row(Event event) {
        return Objects.requireNonNull(event.newRecord());
    }

    private String key(Row row) {
        return Objects.requireNonNull(row.get(key)).toString();
    }

    private static Map<String, @Nullable String> values(Row row, Map<String, @Nullable String> before) {
        Map<String, @Nullable String> values = new LinkedHashMap<>();
        for (Column column : row.columns()) {
            String name = column.name();
            if (row.has(name)) {
                values.put(name, text(row.get(name)));
            } else {
                values.put(name, before.containsKey(name) ? before.get(name) : MISSING);
            }
        }
        fill(values, before);
        return values;
    }

    private static void fill(Map<String, @Nullable String> row, Map<String, @Nullable String> from) {
        from.forEach((column, value) -> {
            if (!row.containsKey(column)) {
                row.put(column, value);
            }
        });
    }

    private static @Nullable String text(@Nullable Object value) {
        String text = value == null ? null : value.toString();
        if (text == null || text.length() <= ShadowLog.LONG) {
            return text;
        }
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
