package io.walex.reactive.event;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A filter that may not know. Only what is known to hold passes, and the negation of what is not known is not known
 * either, so no combination lets an event through whose columns cannot be seen.
 *
 * <p>It also remembers which tables it was told of, so that misspelt ones can be found.
 */
final class EventPredicate implements Predicate<Event> {

    private static final Logger LOG = LoggerFactory.getLogger(EventFilters.class);

    private final Function<Event, Truth> truth;
    private final Set<TablePattern> tables;

    /** What streams know of their tables, as far as it was looked at. */
    private final Set<AtomicReference<?>> looked =
            Collections.newSetFromMap(Collections.synchronizedMap(new WeakHashMap<>()));

    /** Of the stream that came last. */
    private volatile @Nullable AtomicReference<?> last;

    EventPredicate(Function<Event, Truth> truth) {
        this(truth, Set.of());
    }

    EventPredicate(Function<Event, Truth> truth, Set<TablePattern> tables) {
        this.truth = truth;
        this.tables = tables;
    }

    static EventPredicate of(Predicate<? super Event> predicate) {
        return predicate instanceof EventPredicate known
                ? known
                : new EventPredicate(event -> Truth.of(predicate.test(event)));
    }

    Set<TablePattern> tables() {
        return tables;
    }

    @Override
    public boolean test(Event event) {
        Table table = event.table();
        if (table != null && !table.identity.published().equals(last) && !tables.isEmpty()) {
            last = table.identity.published();
            warnOfUnknownTables(table.identity);
        }
        return passes(event);
    }

    /** The same, where somebody else has looked for the tables. */
    boolean passes(Event event) {
        return truth.apply(event) == Truth.TRUE;
    }

    private void warnOfUnknownTables(StreamIdentity identity) {
        PublishedTables published = identity.published().get();
        if (published != null && looked.add(identity.published())) {
            tables.stream()
                    .flatMap(pattern -> published.missing(pattern).stream())
                    .forEach(missing ->
                            LOG.warn("{} has a filter that names what cannot come: {}", identity.name(), missing));
        }
    }

    @Override
    public Predicate<Event> and(Predicate<? super Event> other) {
        EventPredicate second = of(other);
        return new EventPredicate(
                event -> {
                    Truth first = truth.apply(event);
                    return first == Truth.FALSE ? first : first.and(second.truth.apply(event));
                },
                union(second));
    }

    @Override
    public Predicate<Event> or(Predicate<? super Event> other) {
        EventPredicate second = of(other);
        return new EventPredicate(
                event -> {
                    Truth first = truth.apply(event);
                    return first == Truth.TRUE ? first : first.or(second.truth.apply(event));
                },
                union(second));
    }

    @Override
    public Predicate<Event> negate() {
        return new EventPredicate(event -> truth.apply(event).not(), tables);
    }

    private Set<TablePattern> union(EventPredicate other) {
        Set<TablePattern> all = new LinkedHashSet<>(tables);
        all.addAll(other.tables);
        return all;
    }
}
