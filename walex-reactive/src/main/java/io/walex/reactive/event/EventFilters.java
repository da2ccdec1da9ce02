package io.walex.reactive.event;

import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Filters for {@code changes().filter(...)} and for handlers, to be combined with {@code and}, {@code or} and {@code
 * negate}.
 *
 * <p><b>Columns that cannot be seen.</b> A row need not hold every column: a deleted row may be its key only, an update
 * may come without its old values or without an unchanged TOASTed one, and columns can be dropped.
 *
 * <ul>
 *   <li>Filters that <em>select</em> ({@link #where}, {@link #whereIn}, {@link #isNull}, {@link #changed}, {@link
 *       #changedTo}) follow SQL's rule: what cannot be seen is neither true nor false. It passes neither the filter nor
 *       its negation, nor an {@code and} or {@code or} whose outcome depends on it. So no row gets through because a
 *       column was missing.
 *   <li>Filters that <em>unwatch</em> ({@link #unwatchedRecords}, {@link #unwatchedFields}) drop only what they can see
 *       to be unwatched, since a change that is dropped is lost. When they cannot see, the event passes, and a warning
 *       says so once per table.
 * </ul>
 *
 * <p>Example: an update without its old values passes neither {@code changed("email")} nor {@code
 * changed("email").negate()}. It passes {@code unwatchedFields("updated_at")}.
 *
 * <p>The rule holds for filters made here and their combinations. A predicate of your own decides itself.
 *
 * <p><b>Tables that are not published.</b> A table that is named and not published is warned of, once for each stream,
 * with what was probably meant:
 *
 * <ul>
 *   <li>If a handler has the filter: when the stream starts, or the handler is added.
 *   <li>In {@code changes().filter(...)}, which the stream does not see: at the first event of any table that gets
 *       there.
 *   <li>In {@code mine.and(table("todo"))} likewise, also in a handler. A predicate of your own makes that combination,
 *       and the JDK's combination hides what is in it. {@code table("todo").and(mine)} does not.
 *   <li>A name in {@link io.walex.reactive.config.WalExConfig.Builder#subscribe}: at the start, and when it is added.
 * </ul>
 */
public final class EventFilters {

    private static final Logger LOG = LoggerFactory.getLogger(EventFilters.class);

    private EventFilters() {}

    /**
     * Events of the tables. Examples: {@code "todo"} (in any schema), {@code "public.todo"}, {@code "public.*"}, {@code
     * "*"}; see {@link TablePattern} for names with dots. Events without a table, such as logical messages, pass {@code
     * "*"} only.
     */
    public static Predicate<Event> table(String... patterns) {
        Set<TablePattern> parsed = new LinkedHashSet<>();
        for (String pattern : patterns) {
            parsed.add(TablePattern.parse(pattern));
        }
        return new EventPredicate(
                event -> Truth.of(parsed.stream().anyMatch(pattern -> matches(pattern, event))), parsed);
    }

    private static boolean matches(TablePattern pattern, Event event) {
        return pattern.matches(event.source().schema(), event.source().table());
    }

    /** Events of tables in the schemas. Name them as PostgreSQL stores them, without quotes. */
    public static Predicate<Event> schema(String... names) {
        Set<String> schemas = Set.copyOf(Arrays.asList(names));
        return new EventPredicate(
                event -> Truth.of(schemas.contains(event.source().schema())));
    }

    /** Events of the types. */
    public static Predicate<Event> type(EventType... types) {
        EnumSet<EventType> wanted = EnumSet.noneOf(EventType.class);
        wanted.addAll(Arrays.asList(types));
        return new EventPredicate(event -> Truth.of(wanted.contains(event.type())));
    }

    /**
     * Drops events whose record (the old one of a delete) has all of these values. Values are compared as in {@link
     * #where(String, Object)}; null stands for SQL NULL. Events without a record pass.
     */
    public static Predicate<Event> unwatchedRecords(Map<String, ?> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("unwatchedRecords needs a column; none would match every record");
        }
        Map<String, @Nullable Object> unwatched = new HashMap<>(values);
        Set<String> warned = ConcurrentHashMap.newKeySet();
        return new EventPredicate(event -> {
            Truth matches = matchesAll(record(event), unwatched);
            if (matches == Truth.UNKNOWN) {
                warn(
                        warned,
                        event,
                        "unwatchedRecords cannot see {} in a record of {}; such events pass",
                        unwatched.keySet());
            }
            return Truth.of(matches != Truth.TRUE);
        });
    }

    private static Truth matchesAll(@Nullable Row row, Map<String, @Nullable Object> values) {
        if (row == null) {
            return Truth.FALSE;
        }
        Truth all = Truth.TRUE;
        for (Map.Entry<String, @Nullable Object> value : values.entrySet()) {
            all = all.and(ColumnValues.matches(row, value.getKey(), value.getValue()));
        }
        return all;
    }

    /**
     * Drops updates that changed nothing but these columns. Needs the old row: without {@code REPLICA IDENTITY FULL}
     * the update passes.
     */
    public static Predicate<Event> unwatchedFields(String... columns) {
        Set<String> unwatched = Set.copyOf(Arrays.asList(columns));
        Set<String> warned = ConcurrentHashMap.newKeySet();
        return new EventPredicate(event -> {
            Truth watched = changedOther(event, unwatched);
            if (watched == Truth.UNKNOWN) {
                warn(
                        warned,
                        event,
                        "unwatchedFields({}) cannot tell what an update of {} changed, so such updates pass; ALTER TABLE ... REPLICA IDENTITY FULL would tell",
                        unwatched);
            }
            return Truth.of(watched != Truth.FALSE);
        });
    }

    /** Whether the event is something else than an update, or changed a column that is not among these. */
    private static Truth changedOther(Event event, Set<String> columns) {
        Table table = event.table();
        if (event.type() != EventType.UPDATE || table == null) {
            return Truth.TRUE;
        }
        Truth any = Truth.FALSE;
        for (int i = 0; i < table.columns.size(); i++) {
            if (!table.isHidden(i) && !columns.contains(table.columns.get(i).name())) {
                any = any.or(event.changed(i));
            }
        }
        return any;
    }

    /** Updates that changed one of the columns; unknown when the old value did not come along. */
    public static Predicate<Event> changed(String... columns) {
        List<String> names = List.of(columns);
        return new EventPredicate(event -> {
            Truth any = Truth.FALSE;
            for (String name : names) {
                any = any.or(changed(event, name));
            }
            return any;
        });
    }

    private static Truth changed(Event event, String column) {
        Table table = event.table();
        return table == null ? Truth.FALSE : event.changed(table.indexOf(column));
    }

    /** Updates that changed the column to this value, compared as in {@link #where(String, Object)}. */
    public static Predicate<Event> changedTo(String column, @Nullable Object value) {
        return new EventPredicate(event -> {
            Row after = event.newRecord();
            Truth changed = changed(event, column);
            return after == null || changed == Truth.FALSE
                    ? Truth.FALSE
                    : changed.and(ColumnValues.matches(after, column, value));
        });
    }

    /**
     * Events whose record (the old one of a delete) has this value in the column. The value may be of the column's Java
     * type, any number for a number, or text as PostgreSQL shows it. Null stands for SQL NULL. Events without a record
     * do not pass.
     */
    public static Predicate<Event> where(String column, @Nullable Object value) {
        return new EventPredicate(event -> {
            Row row = record(event);
            return row == null ? Truth.UNKNOWN : ColumnValues.matches(row, column, value);
        });
    }

    /** Events whose record has one of these values in the column. */
    public static Predicate<Event> whereIn(String column, Collection<?> values) {
        List<?> all = List.copyOf(values);
        return new EventPredicate(event -> {
            Row row = record(event);
            if (row == null) {
                return Truth.UNKNOWN;
            }
            Truth any = Truth.FALSE;
            for (Object value : all) {
                any = any.or(ColumnValues.matches(row, column, value));
            }
            return any;
        });
    }

    /**
     * Events whose record has a value in the column for which the predicate holds. SQL NULL is unknown, as in SQL.
     *
     * @param type the Java type that the value is converted to
     * @throws IllegalArgumentException when the filter is tested, if the conversion does not exist or would lose
     *     something
     */
    public static <T> Predicate<Event> where(String column, Class<T> type, Predicate<? super T> predicate) {
        return new EventPredicate(event -> {
            Row row = record(event);
            T value = row == null || !row.has(column) ? null : row.get(column, type);
            return value == null ? Truth.UNKNOWN : Truth.of(predicate.test(value));
        });
    }

    /** Events whose record has SQL NULL in the column. */
    public static Predicate<Event> isNull(String column) {
        return where(column, null);
    }

    /**
     * The tables that are named in a filter made here, also in combinations; empty for other predicates.
     */
    public static Set<TablePattern> tablesOf(Predicate<? super Event> filter) {
        return filter instanceof EventPredicate known ? known.tables() : Set.of();
    }

    /**
     * The filter's answer, without its warning of tables that cannot come. For those who have looked for them already.
     */
    public static boolean passes(Predicate<? super Event> filter, Event event) {
        return filter instanceof EventPredicate known ? known.passes(event) : filter.test(event);
    }

    private static @Nullable Row record(Event event) {
        Row after = event.newRecord();
        return after == null ? event.oldRecord() : after;
    }

    private static void warn(Set<String> warned, Event event, String message, Set<String> columns) {
        String table = event.source().schema() + "." + event.source().table();
        if (warned.add(table)) {
            LOG.warn(message, String.join(", ", columns), table);
        }
    }
}
