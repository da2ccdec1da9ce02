package io.walex.reactive.event;

import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A row's columns, decoded when they are asked for. A column is in one of four states:
 *
 * <ul>
 *   <li>it holds a value;
 *   <li>it is SQL NULL ({@link #isNull});
 *   <li>it is an unchanged TOASTed value that PostgreSQL did not send ({@link #isUnchanged}). If the old row came along
 *       ({@code REPLICA IDENTITY FULL}), the value is taken from there, and the column holds a value as well;
 *   <li>it is absent: not a column of the table, or not part of the key in an old row that holds only its key.
 * </ul>
 *
 * <p>Immutable and safe to share between threads; decoding happens on the thread that asks, each time it asks.
 */
public interface Row {

    /** Whether the column has a value or is SQL NULL; false when it is absent or was not sent. */
    boolean has(String column);

    /** Whether the column is SQL NULL. */
    boolean isNull(String column);

    /** Whether PostgreSQL said that the column's TOASTed value did not change, without sending it. */
    boolean isUnchanged(String column);

    /**
     * Returns the column's value in the Java type of its PostgreSQL type; null for SQL NULL only.
     *
     * @throws NoSuchElementException when {@link #has} is false; the message says which of the reasons it is
     */
    @Nullable
    Object get(String column);

    /**
     * Returns the column's value converted to a type; null for SQL NULL only.
     *
     * @throws NoSuchElementException as {@link #get(String)}
     * @throws IllegalArgumentException when the conversion would lose something, or does not exist
     */
    <T> @Nullable T get(String column, Class<T> type);

    /**
     * Returns the column in PostgreSQL's text form; null for SQL NULL only. With binary transfer, and for a masked
     * column, it returns what {@code get(column, String.class)} gives.
     *
     * @throws NoSuchElementException as {@link #get(String)}
     */
    @Nullable
    String getText(String column);

    /**
     * Hands over each column that {@link #has} is true for, with its value, in the table's order: the quickest way to
     * read a whole row. Values are null for SQL NULL.
     */
    void forEach(BiConsumer<? super Column, ? super @Nullable Object> action);

    /** The columns that {@link #has} is true for, decoded, in the table's order. Values are null for SQL NULL. */
    Map<String, @Nullable Object> asMap();

    /**
     * Maps the row onto a record or a class by Jackson.
     *
     * <p>A property takes the column of its name, or else of its name in snake case. Example: {@code createdAt} takes
     * {@code createdAt}, or else {@code created_at}. So do properties of nested objects. A {@code @JsonProperty} gives
     * the only name. Properties without a column stay at their defaults; columns without a property are ignored.
     *
     * @throws NoSuchElementException when a property takes a column that is an unchanged TOASTed value and was not
     *     sent, since it could be taken for null; a {@code Map} or a tree takes every column
     * @throws IllegalArgumentException when it cannot be mapped, or something would be lost
     */
    <T> T as(Class<T> type);

    /** The columns that this row describes: all of the table's, or only the key's. */
    List<Column> columns();
}
