package io.walex.reactive.event;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.WeakHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * Which columns of a table's rows are shown, and how. A transformer for {@code changes().transform(...)}, and a setting
 * of handlers. Immutable: every method returns a changed copy.
 *
 * <p>Example: {@code changes().transform(EventColumns.of("user").mask("email", Mask.sha256(salt)))}.
 *
 * <p>It covers the new and the old record, {@code changes()}, the source's column list and the JSON. A column that is
 * not shown is not there: {@code has} is false, and filters that come later do not see it. Events are never dropped,
 * events of other tables pass as they are, and no value is decoded for this.
 *
 * <p>Names that do not fit:
 *
 * <ul>
 *   <li>A column that a named table does not have fails the stream when it starts. So no misspelt column gets out.
 *   <li>A column that goes while the stream runs fails it at the table's next event, with an {@link
 *       IllegalArgumentException}.
 *   <li>A table that is not published is warned of at the start.
 *   <li>Behind a {@code share()} the start cannot be seen. A missing column is then found at the table's first event.
 *   <li>Patterns that cover several tables ({@code "*"}, {@code "sales.*"}) apply to those that have the column.
 * </ul>
 */
public final class EventColumns implements Function<Flux<Event>, Flux<Event>> {

    private final TablePattern tables;
    private final @Nullable Set<String> included;
    private final Set<String> excluded;
    private final Map<String, Mask> masks;
    private final Map<Table, Table> views = Collections.synchronizedMap(new WeakHashMap<>());

    private EventColumns(
            TablePattern tables, @Nullable Set<String> included, Set<String> excluded, Map<String, Mask> masks) {
        this.tables = tables;
        this.included = included;
        this.excluded = excluded;
        this.masks = masks;
    }

    /**
     * Starts with all columns of the tables that the pattern names: {@code "user"}, {@code "public.user"}, {@code "*"}.
     */
    public static EventColumns of(String pattern) {
        return new EventColumns(TablePattern.parse(pattern), null, Set.of(), Map.of());
    }

    /** Shows these columns only. */
    public EventColumns include(String... columns) {
        return new EventColumns(tables, Set.copyOf(Arrays.asList(columns)), excluded, masks);
    }

    /** Hides these columns. */
    public EventColumns exclude(String... columns) {
        Set<String> all = new HashSet<>(excluded);
        all.addAll(Arrays.asList(columns));
        return new EventColumns(tables, included, all, masks);
    }

    /** Shows something else in a column's place. */
    public EventColumns mask(String column, Mask mask) {
        Map<String, Mask> all = new LinkedHashMap<>(masks);
        all.put(column, mask);
        return new EventColumns(tables, included, excluded, all);
    }

    /** The tables that this is for. */
    public TablePattern tables() {
        return tables;
    }

    /** The columns that are named here. */
    public Set<String> columns() {
        Set<String> named = new TreeSet<>(excluded);
        named.addAll(masks.keySet());
        if (included != null) {
            named.addAll(included);
        }
        return named;
    }

    @Override
    public Flux<Event> apply(Flux<Event> events) {
        return events.map(this::view).contextWrite(new Expected(this)::in);
    }

    private record Expected(EventColumns columns) implements Expectation {

        @Override
        public List<String> check(PublishedTables published) {
            return columns.check(published);
        }

        @Override
        public Collection<TablePattern> looksAtColumnsOf() {
            return columns.checked();
        }
    }

    /** The tables whose columns {@link #check} looks at. */
    public Collection<TablePattern> checked() {
        return tables.table() == null || columns().isEmpty() ? List.of() : List.of(tables);
    }

    /**
     * Looks for the tables and columns that are named here; returns what is to be warned of.
     *
     * @throws IllegalArgumentException when a table, named alone, does not have a column that is named here
     */
    public List<String> check(PublishedTables published) {
        if (tables.table() != null) {
            published.covered(tables).forEach(entry -> requireColumns(entry.toString(), entry.columns()));
        }
        return published.missing(tables).stream()
                .map(missing -> "Columns of \"%s\" cannot be shown, hidden or masked: %s".formatted(tables, missing))
                .toList();
    }

    /**
     * One event as this shows it.
     *
     * @throws IllegalArgumentException when the table, named alone, does not have a column that is named here
     */
    public Event view(Event event) {
        Table table = event.table();
        if (table == null || !tables.matches(table.relation.schema(), table.relation.name())) {
            return event;
        }
        return event.seenAs(views.computeIfAbsent(table, this::view));
    }

    private Table view(Table table) {
        if (tables.table() != null) {
            requireColumns(
                    table.qualifiedName(),
                    table.columns.stream().map(Column::name).toList());
        }
        BitSet hidden = new BitSet();
        for (int i = 0; i < table.columns.size(); i++) {
            String name = table.columns.get(i).name();
            hidden.set(i, excluded.contains(name) || included != null && !included.contains(name));
        }
        Table view = table.without(hidden);
        for (Map.Entry<String, Mask> mask : masks.entrySet()) {
            int index = table.indexOf(mask.getKey());
            view = index < 0 ? view : view.masking(index, mask.getValue());
        }
        return view;
    }

    private void requireColumns(String table, List<String> known) {
        for (String column : columns()) {
            if (!known.contains(column)) {
                throw new IllegalArgumentException("Table %s has no column \"%s\" to show, hide or mask; it has %s"
                        .formatted(
                                table,
                                column,
                                NearMiss.of(column, known, name -> name)
                                        .map(near -> "\"" + near + "\"")
                                        .orElse(known.toString())));
            }
        }
    }
}
