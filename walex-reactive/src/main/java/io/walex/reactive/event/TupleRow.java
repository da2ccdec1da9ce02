package io.walex.reactive.event;

import io.walex.reactive.codec.Binding;
import io.walex.reactive.codec.Conversions;
import io.walex.reactive.codec.JsonBytes;
import io.walex.reactive.codec.JsonValues;
import io.walex.reactive.pgoutput.TupleData;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A row over a tuple's bytes. What all rows are read through, {@link #forEach} and {@link #get}, hands the row's parts on
 * instead of itself, so that the compiler can do without the object: each call of {@link Event#newRecord()} makes one.
 */
final class TupleRow implements Row {

    private final Table table;
    private final TupleData tuple;

    /** Where unchanged TOASTed values may be found: the whole old row. */
    private final @Nullable TupleData old;

    TupleRow(Table table, TupleData tuple, @Nullable TupleData old) {
        this.table = table;
        this.tuple = tuple;
        this.old = old;
    }

    @Override
    public boolean has(String column) {
        int index = table.indexOf(column);
        return index >= 0 && has(index);
    }

    boolean has(int index) {
        return has(table, tuple, old, index);
    }

    private static boolean has(Table table, TupleData tuple, @Nullable TupleData old, int index) {
        return !isAbsent(table, tuple, index) && source(tuple, old, index).kind(index) != TupleData.UNCHANGED;
    }

    @Override
    public boolean isNull(String column) {
        int index = table.indexOf(column);
        return index >= 0
                && !isAbsent(table, tuple, index)
                && source(tuple, old, index).kind(index) == TupleData.NULL;
    }

    @Override
    public boolean isUnchanged(String column) {
        int index = table.indexOf(column);
        return index >= 0 && !isAbsent(table, tuple, index) && tuple.kind(index) == TupleData.UNCHANGED;
    }

    @Override
    public @Nullable Object get(String column) {
        return value(table, tuple, old, requireHeld(table, tuple, old, column));
    }

    @Override
    public <T> @Nullable T get(String column, Class<T> type) {
        Object value = get(column);
        try {
            return value == null ? null : Conversions.convert(value, type);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "Column \"" + column + "\" of " + table.qualifiedName() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public @Nullable String getText(String column) {
        int index = requireHeld(table, tuple, old, column);
        String undecoded = table.undecodedText(index, source(tuple, old, index));
        return undecoded == null ? text(value(index)) : undecoded;
    }

    private static @Nullable String text(@Nullable Object value) {
        return value == null ? null : Conversions.convert(value, String.class);
    }

    @Override
    public void forEach(BiConsumer<? super Column, ? super @Nullable Object> action) {
        forEach(table, tuple, old, action);
    }

    private static void forEach(
            Table table,
            TupleData tuple,
            @Nullable TupleData old,
            BiConsumer<? super Column, ? super @Nullable Object> action) {
        for (int i = 0; i < tuple.columnCount(); i++) {
            if (has(table, tuple, old, i)) {
                action.accept(table.columns.get(i), value(table, tuple, old, i));
            }
        }
    }

    @Override
    public Map<String, @Nullable Object> asMap() {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        forEach((column, value) -> values.put(column.name(), value));
        return Collections.unmodifiableMap(values);
    }

    @Override
    public List<Column> columns() {
        return table.shown;
    }

    @Override
    public <T> T as(Class<T> type) {
        Map<String, Supplier<@Nullable Object>> values = new LinkedHashMap<>();
        for (Column column : columns()) {
            values.put(column.name(), () -> get(column.name()));
        }
        try {
            return Binding.row(values, type);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "Cannot map a row of %s onto %s: %s"
                            .formatted(table.qualifiedName(), type.getName(), e.getMessage()),
                    e.getCause());
        }
    }

    Table table() {
        return table;
    }

    int columnCount() {
        return tuple.columnCount();
    }

    @Nullable
    Object value(int index) {
        return value(table, tuple, old, index);
    }

    void writeJson(int index, JsonBytes json) {
        if (!table.writeUndecoded(index, source(tuple, old, index), json)) {
            JsonValues.write(value(index), json);
        }
    }

    private static @Nullable Object value(Table table, TupleData tuple, @Nullable TupleData old, int index) {
        try {
            return table.value(index, source(tuple, old, index));
        } catch (RuntimeException e) {
            Column column = table.columns.get(index);
            throw new IllegalArgumentException(
                    "Cannot decode column \"%s\" of %s as %s; register a codec for the type"
                            .formatted(column.name(), table.qualifiedName(), column.type()),
                    e);
        }
    }

    private static TupleData source(TupleData tuple, @Nullable TupleData old, int index) {
        return old != null && tuple.kind(index) == TupleData.UNCHANGED ? old : tuple;
    }

    private static boolean isAbsent(Table table, TupleData tuple, int index) {
        return index >= tuple.columnCount()
                || table.isHidden(index)
                || table.keyOnly && !table.columns.get(index).key();
    }

    private static int requireHeld(Table table, TupleData tuple, @Nullable TupleData old, String column) {
        int index = table.indexOf(column);
        if (index < 0) {
            throw new NoSuchElementException("Table " + table.qualifiedName() + " has no column \"" + column + "\"");
        }
        if (table.isHidden(index)) {
            throw new NoSuchElementException(
                    "Column \"%s\" of %s was excluded".formatted(column, table.qualifiedName()));
        }
        if (isAbsent(table, tuple, index)) {
            throw new NoSuchElementException("The old row of %s holds only its key, not \"%s\"; REPLICA IDENTITY FULL"
                            .formatted(table.qualifiedName(), column)
                    + " would bring it");
        }
        if (!has(table, tuple, old, index)) {
            throw new NoSuchElementException(
                    "Column \"%s\" of %s is an unchanged TOASTed value that PostgreSQL did not send; check isUnchanged,"
                                    .formatted(column, table.qualifiedName())
                            + " or set REPLICA IDENTITY FULL");
        }
        return index;
    }

    @Override
    public String toString() {
        return "Row of " + table.qualifiedName();
    }
}
