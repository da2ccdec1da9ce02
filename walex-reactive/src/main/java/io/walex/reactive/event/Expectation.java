package io.walex.reactive.event;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * What somebody behind a stream expects of its tables. Told to the stream by Reactor's context, which runs from a
 * subscriber to its source, and checked when the stream connects for the first time, and when its subscriptions or the
 * expectation have changed.
 */
@FunctionalInterface
public interface Expectation {

    /**
     * Returns what will not be as expected, to be warned of.
     *
     * @throws IllegalArgumentException when the stream must not start; while it runs, that is a warning too
     */
    List<String> check(PublishedTables published);

    /**
     * The tables whose columns {@link #check} looks at; all by default. Columns of others are not looked up, and {@link
     * PublishedTables.Entry#columns} is empty for them, unless somebody else looks at them. Asked before each check.
     */
    default Collection<TablePattern> looksAtColumnsOf() {
        return List.of(TablePattern.parse("*"));
    }

    /** Signals, from any thread, that something else is expected from now on. Never does by default; must not end. */
    default Flux<?> changes() {
        return Flux.never();
    }

    /** The context with this among its expectations. */
    default Context in(Context context) {
        List<Expectation> all = new ArrayList<>(of(context));
        all.add(this);
        return context.put(Expectation.class, List.copyOf(all));
    }

    /** Those that the context holds. */
    static List<Expectation> of(ContextView context) {
        return context.<List<Expectation>>getOrEmpty(Expectation.class).orElseGet(List::of);
    }
}
