package io.walex.reactive.guarantees.snapshots;

import io.walex.reactive.testsupport.TestDatabase;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.ObjectMapper;

/**
 * What each table holds at each commit, told by rows of the table {@code shadow} that triggers write in the transaction of the
 * change, and so by the stream itself. Values that are long are hashed.
 */
final class ShadowLog {

    static final String TABLE = "shadow";

    static final int LONG = 100;

    /** In place of a key: every row. */
    static final String ALL = "*";

    /** In place of a key: columns come, with their values. */
    static final String COLUMN = "column";

    /** In place of a key: a column goes. */
    static final String DROP = "drop";

    private static final List<String> SCHEMA =
            List.of("CREATE TABLE shadow (nr bigserial PRIMARY KEY, tab text, key text, value text)", """
            CREATE FUNCTION shadow_row(r jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
              SELECT jsonb_object_agg(key, CASE WHEN length(value) > 100 THEN md5(value) ELSE value END)::text
              FROM jsonb_each_text(r) $$""", """
            CREATE FUNCTION shadow_change() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE
              t text := coalesce(nullif(TG_ARGV[0], ''), TG_TABLE_NAME);
            BEGIN
              IF TG_OP = 'TRUNCATE' THEN
                INSERT INTO public.shadow (tab, key, value) VALUES (t, '*', NULL);
                RETURN NULL;
              END IF;
              IF TG_OP <> 'INSERT' AND (TG_OP = 'DELETE' OR to_jsonb(OLD) ->> TG_ARGV[1] <> to_jsonb(NEW) ->> TG_ARGV[1]) THEN
                INSERT INTO public.shadow (tab, key, value) VALUES (t, to_jsonb(OLD) ->> TG_ARGV[1], NULL);
              END IF;
              IF TG_OP <> 'DELETE' THEN
                INSERT INTO public.shadow (tab, key, value)
                VALUES (t, to_jsonb(NEW) ->> TG_ARGV[1], public.shadow_row(to_jsonb(NEW)));
              END IF;
              RETURN NULL;
            END $$""");

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, ShadowedTable> tables = new LinkedHashMap<>();
    private final Map<String, Map<String, Map<String, @Nullable String>>> states = new HashMap<>();
    private final Map<String, Map<String, @Nullable String>> addedColumns = new HashMap<>();

    ShadowLog(List<ShadowedTable> tables) {
        tables.forEach(table -> {
            this.tables.put(table.name(), table);
            states.put(table.name(), new HashMap<>());
            addedColumns.put(table.name(), new HashMap<>());
        });
    }

    static void create(TestDatabase database) {
        database.execute(SCHEMA.toArray(String[]::new));
    }

    /** Has every change of the table written, under its own name or that of a leaf. */
    static String[] triggers(String table, String as, String key) {
        return new String[] {
            "CREATE TRIGGER shadow AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION shadow_change('%s', '%s')"
                    .formatted(table, as, key),
            "CREATE TRIGGER shadow_all AFTER TRUNCATE ON %s EXECUTE FUNCTION shadow_change('%s', '%s')"
                    .formatted(table, as, key)
        };
    }

    /** What there is now becomes what is expected. */
    void read(TestDatabase database) {
        for (ShadowedTable table : tables.values()) {
            states.get(table.name()).clear();
            database.query(
                            "SELECT %s::text, shadow_row(to_jsonb(t)) FROM %s t".formatted(table.key(), table.name()),
                            row -> List.of(row.getString(1), row.getString(2)))
                    .forEach(row -> put(table.name(), row.get(0), row.get(1)));
        }
    }

    /** A row of the table {@code shadow}. */
    void apply(String table, String key, @Nullable String value) {
        if (key.equals(ALL)) {
            state(table).clear();
        } else if (key.equals(COLUMN)) {
            alter(table, parse(value == null ? "{}" : value));
        } else if (key.equals(DROP)) {
            addedColumns.get(table).remove(value);
            state(table).values().forEach(row -> row.remove(value));
        } else if (value == null) {
            state(table).remove(key);
        } else {
            put(table, key, value);
        }
    }

    private void put(String table, String key, String value) {
        Map<String, @Nullable String> row = parse(value);
        ShadowedTable described = tables.get(table);
        if (!described.filter().test(row)) {
            state(table).remove(key);
            return;
        }
        if (!described.columns().isEmpty()) {
            row.keySet().retainAll(described.columns());
        }
        state(table).put(key, row);
    }

    private void alter(String table, Map<String, @Nullable String> change) {
        change.forEach((column, value) -> {
            addedColumns.get(table).put(column, value);
            state(table).values().forEach(row -> row.put(column, value));
        });
    }

    /** Of columns that were added since the start. */
    Map<String, @Nullable String> defaults(String table) {
        return addedColumns.get(table);
    }

    private static Map<String, @Nullable String> parse(String json) {
        return JSON.readValue(json, new TypeReference<LinkedHashMap<String, @Nullable String>>() {});
    }

    Map<String, Map<String, @Nullable String>> state(String table) {
        return states.get(table);
    }

    boolean knows(String table) {
        return tables.containsKey(table);
    }

    ShadowedTable table(String name) {
        return tables.get(name);
    }
}
