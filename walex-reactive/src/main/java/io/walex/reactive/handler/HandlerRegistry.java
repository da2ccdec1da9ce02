package io.walex.reactive.handler;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventType;
import io.walex.reactive.event.TablePattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Collects handlers. Tables are named as in {@code subscribe}: {@code "user"} (in any schema), {@code "public.user"},
 * {@code "public.*"}, {@code "*"}. Any number of handlers may be registered for one table; each gets its own list.
 *
 * <p>Each method comes in three forms: with a handler alone, with a {@link HandlerSpec} before it, and with a spec
 * alone. In the last form, only the functions of the spec run.
 *
 * @param <S> what the methods return
 */
public abstract class HandlerRegistry<S extends HandlerRegistry<S>> {

    private final List<Registration> registrations = new ArrayList<>();

    HandlerRegistry() {}

    abstract S self();

    abstract @Nullable HandlerModule module();

    List<Registration> registrations() {
        return registrations;
    }

    /** Every event of the tables, also of snapshots; with {@code "*"} also logical messages and two-phase outcomes. */
    public S onEvent(String table, EventHandler handler) {
        return onEvent(table, HandlerSpec.create(), handler);
    }

    /** Every event of the tables that passes the spec. */
    public S onEvent(String table, HandlerSpec spec, EventHandler handler) {
        return addEvent(table, spec, Objects.requireNonNull(handler, "handler"));
    }

    /** Runs functions on every event of the tables. */
    public S onEvent(String table, HandlerSpec spec) {
        return addEvent(table, spec, null);
    }

    public S onInsert(String table, EventHandler handler) {
        return onInsert(table, HandlerSpec.create(), handler);
    }

    public S onInsert(String table, HandlerSpec spec, EventHandler handler) {
        return addTyped("onInsert", EventType.INSERT, table, spec, Objects.requireNonNull(handler, "handler"));
    }

    public S onInsert(String table, HandlerSpec spec) {
        return addTyped("onInsert", EventType.INSERT, table, spec, null);
    }

    public S onUpdate(String table, EventHandler handler) {
        return onUpdate(table, HandlerSpec.create(), handler);
    }

    public S onUpdate(String table, HandlerSpec spec, EventHandler handler) {
        return addTyped("onUpdate", EventType.UPDATE, table, spec, Objects.requireNonNull(handler, "handler"));
    }

    public S onUpdate(String table, HandlerSpec spec) {
        return addTyped("onUpdate", EventType.UPDATE, table, spec, null);
    }

    public S onDelete(String table, EventHandler handler) {
        return onDelete(table, HandlerSpec.create(), handler);
    }

    public S onDelete(String table, HandlerSpec spec, EventHandler handler) {
        return addTyped("onDelete", EventType.DELETE, table, spec, Objects.requireNonNull(handler, "handler"));
    }

    public S onDelete(String table, HandlerSpec spec) {
        return addTyped("onDelete", EventType.DELETE, table, spec, null);
    }

    public S onTruncate(String table, EventHandler handler) {
        return onTruncate(table, HandlerSpec.create(), handler);
    }

    public S onTruncate(String table, HandlerSpec spec, EventHandler handler) {
        return addTyped("onTruncate", EventType.TRUNCATE, table, spec, Objects.requireNonNull(handler, "handler"));
    }

    public S onTruncate(String table, HandlerSpec spec) {
        return addTyped("onTruncate", EventType.TRUNCATE, table, spec, null);
    }

    /**
     * The rows of the tables that a snapshot or backfill has read. A handler that keeps the tables' state inserts them or
     * replaces what it has. Handlers of inserts are not called for them.
     */
    public S onRead(String table, EventHandler handler) {
        return onRead(table, HandlerSpec.create(), handler);
    }

    public S onRead(String table, HandlerSpec spec, EventHandler handler) {
        return addTyped("onRead", EventType.READ, table, spec, Objects.requireNonNull(handler, "handler"));
    }

    public S onRead(String table, HandlerSpec spec) {
        return addTyped("onRead", EventType.READ, table, spec, null);
    }

    /**
     * The ends of the tables' snapshots and backfills. Handlers of rows may still be at work on the last ones then; a
     * handler of {@link #onEvent} gets both, in their order.
     */
    public S onSnapshotCompleted(String table, EventHandler handler) {
        return onSnapshotCompleted(table, HandlerSpec.create(), handler);
    }

    public S onSnapshotCompleted(String table, HandlerSpec spec, EventHandler handler) {
        return addTyped(
                "onSnapshotCompleted",
                EventType.SNAPSHOT_COMPLETED,
                table,
                spec,
                Objects.requireNonNull(handler, "handler"));
    }

    public S onSnapshotCompleted(String table, HandlerSpec spec) {
        return addTyped("onSnapshotCompleted", EventType.SNAPSHOT_COMPLETED, table, spec, null);
    }

    /** Logical messages with the prefix, {@code "*"} for any. Takes {@code messages(true)} in the configuration. */
    public S onMessage(String prefix, EventHandler handler) {
        return onMessage(prefix, HandlerSpec.create(), handler);
    }

    public S onMessage(String prefix, HandlerSpec spec, EventHandler handler) {
        return addMessage(prefix, spec, Objects.requireNonNull(handler, "handler"));
    }

    public S onMessage(String prefix, HandlerSpec spec) {
        return addMessage(prefix, spec, null);
    }

    private S addEvent(String table, HandlerSpec spec, @Nullable EventHandler handler) {
        TablePattern pattern = TablePattern.parse(table);
        return add("onEvent " + table, pattern, pattern.asPredicate(), spec, handler);
    }

    private S addTyped(String method, EventType type, String table, HandlerSpec spec, @Nullable EventHandler handler) {
        TablePattern pattern = TablePattern.parse(table);
        return add(method + " " + table, pattern, Registration.ofTable(pattern, type), spec, handler);
    }

    private S addMessage(String prefix, HandlerSpec spec, @Nullable EventHandler handler) {
        return add("onMessage " + prefix, null, Registration.ofPrefix(prefix), spec, handler);
    }

    private S add(
            String what,
            @Nullable TablePattern table,
            Predicate<Event> subject,
            HandlerSpec spec,
            @Nullable EventHandler handler) {
        HandlerModule module = module();
        if (handler == null && spec.functions().isEmpty()) {
            throw new IllegalArgumentException(spec.nameOr(what) + " has neither a handler nor functions");
        }
        String name = module == null ? what : module.getClass().getSimpleName() + "." + what;
        registrations.add(new Registration(spec.nameOr(name), table, subject, spec, handler, module));
        return self();
    }
}
