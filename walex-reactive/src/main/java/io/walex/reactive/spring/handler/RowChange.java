package io.walex.reactive.spring.handler;

import io.walex.reactive.event.Change;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.Position;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A row before and after a change.
 *
 * @param before null for an insert, and where the old row did not come along as a whole: the table needs {@code REPLICA
 *     IDENTITY FULL}
 * @param after null for a delete
 * @param event what this is made of
 * @param <T> what rows are mapped onto, as {@link io.walex.reactive.event.Row#as} does
 */
public record RowChange<T>(@Nullable T before, @Nullable T after, Event event) {

    /** See {@link Event#changes()}. */
    public Map<String, Change> changes() {
        return event.changes();
    }

    /** See {@link Event#position()}. */
    public Position position() {
        return event.position();
    }

    /** What and where, without the row's values. */
    @Override
    public String toString() {
        return event.toString();
    }
}
