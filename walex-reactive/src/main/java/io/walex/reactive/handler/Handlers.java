package io.walex.reactive.handler;

import io.walex.reactive.WalEx;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Handlers of events per table and type: WalEx's event DSL.
 *
 * <pre>{@code
 * Handlers.builder()
 *     .onEvent("*", events -> audit.store(events))
 *     .onInsert("user", HandlerSpec.create()
 *         .filter(unwatchedRecords(Map.of("event_subscribe", false)))
 *         .functions(EventFunction.of("send_welcome_email", mail::welcome)), users -> crm.add(users))
 *     .build()
 *     .run(walex);
 * }</pre>
 *
 * <p>A transaction is acknowledged when all its handlers and functions are done. Each handler gets its events in commit
 * order, one call at a time. Different handlers run side by side, and one may be up to {@link
 * Builder#transactionsInFlight} ahead of another.
 *
 * <p>Modules can be added, removed and replaced while handlers run, from any thread. That takes effect with the next
 * transaction.
 */
public final class Handlers {

    private static final int THREADS_PER_PROCESSOR = 10;

    private final int chunkSize;
    private final int transactionsInFlight;
    private final @Nullable Scheduler scheduler;
    private final Sinks.Many<Object> changes = Sinks.many().multicast().directBestEffort();
    private volatile List<Registration> registrations;

    private Handlers(Builder builder) {
        chunkSize = builder.chunkSize;
        transactionsInFlight = builder.transactionsInFlight;
        scheduler = builder.scheduler;
        registrations = List.copyOf(builder.registrations());
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * Handles the instance's transactions when subscribed to, each subscription on a replication stream of its own.
     * Completes when the instance is closed; what is not acknowledged by then comes again. Fails with a {@link
     * HandlerFailedException}, or as {@link WalEx#transactions()} does. Cancelling stops all work.
     *
     * <ul>
     *   <li>A handler that names a table which is not in the publication, or not subscribed to, is warned of in the
     *       log: at the start, when modules are added, and when subscriptions change.
     *   <li>A column to be shown, hidden or masked that its table does not have fails the run at the start with an
     *       {@link io.walex.reactive.error.InvalidConfigException}, and later at the table's first event.
     *   <li>A transaction whose rest does not come ({@link io.walex.reactive.error.TransactionAbandonedException}) is
     *       left with a warning, and not acknowledged.
     * </ul>
     */
    public Mono<Void> run(WalEx walex) {
        return onThreads(walex, run -> run.run(transactionsInFlight));
    }

    /**
     * As {@link #run}, until {@code stop} signals: emits, completes or fails. Then no further transaction is taken. Those in
     * work are finished and acknowledged, and the instance is {@linkplain WalEx#closeGracefully() closed}, so that the server
     * has heard of them when this completes.
     *
     * <p>Example: at the end of a process, so that what a handler is working on does not come again.
     */
    public Mono<Void> runUntil(WalEx walex, Publisher<?> stop) {
        return onThreads(walex, run -> run.runUntil(transactionsInFlight, stop));
    }

    private Mono<Void> onThreads(WalEx walex, Function<HandlerRun, Mono<Void>> run) {
        Scheduler given = scheduler;
        if (given != null) {
            return Mono.defer(() -> run.apply(new HandlerRun(this, walex, given, chunkSize)));
        }
        return Mono.using(
                () -> threads(walex.config().name()),
                threads -> run.apply(new HandlerRun(this, walex, threads, chunkSize)),
                Scheduler::dispose);
    }

    /** Whether no handler is registered. */
    public boolean isEmpty() {
        return registrations.isEmpty();
    }

    private static Scheduler threads(String instance) {
        return Schedulers.newBoundedElastic(
                THREADS_PER_PROCESSOR * Runtime.getRuntime().availableProcessors(),
                Integer.MAX_VALUE,
                "walex-" + instance + "-handler",
                60,
                true);
    }

    /** Adds a module's handlers behind the others. */
    public void add(HandlerModule module) {
        List<Registration> added = collect(module);
        update(known -> {
            List<Registration> all = new ArrayList<>(known);
            all.addAll(added);
            return all;
        });
    }

    /**
     * Removes a module's handlers. Work that has begun is finished.
     *
     * @throws IllegalArgumentException when it is not registered
     */
    public void remove(HandlerModule module) {
        update(known -> {
            requireRegistered(known, module);
            return known.stream().filter(not(module)).toList();
        });
    }

    /**
     * Puts a module's handlers in the place of another's, in one step.
     *
     * @throws IllegalArgumentException when the other is not registered
     */
    public void replace(HandlerModule module, HandlerModule replacement) {
        List<Registration> added = collect(replacement);
        update(known -> {
            requireRegistered(known, module);
            List<Registration> all = new ArrayList<>(known);
            int at = all.indexOf(
                    known.stream().filter(not(module).negate()).findFirst().orElseThrow());
            all.removeIf(not(module).negate());
            all.addAll(at, added);
            return all;
        });
    }

    /** The modules in the order of their handlers. */
    public List<HandlerModule> modules() {
        Set<HandlerModule> modules = new LinkedHashSet<>();
        for (Registration registration : registrations) {
            if (registration.module != null) {
                modules.add(registration.module);
            }
        }
        return List.copyOf(modules);
    }

    private static Predicate<Registration> not(HandlerModule module) {
        return registration -> !module.equals(registration.module);
    }

    private static void requireRegistered(List<Registration> known, HandlerModule module) {
        if (known.stream().allMatch(not(module))) {
            throw new IllegalArgumentException("Module " + module.getClass().getName() + " is not registered");
        }
    }

    private static List<Registration> collect(HandlerModule module) {
        ModuleRegistry registry = new ModuleRegistry(module);
        module.register(registry);
        if (registry.registrations().isEmpty()) {
            throw new IllegalArgumentException("Module " + module.getClass().getName() + " registers no handler");
        }
        return registry.registrations();
    }

    private synchronized void update(UnaryOperator<List<Registration>> change) {
        registrations = List.copyOf(change.apply(registrations));
        changes.tryEmitNext(registrations);
    }

    List<Registration> registrations() {
        return registrations;
    }

    /** Signals when others are registered. */
    Flux<?> changes() {
        return changes.asFlux();
    }

    static int positive(String setting, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(setting + " must be at least 1, was " + value);
        }
        return value;
    }

    private static final class ModuleRegistry extends HandlerRegistry<ModuleRegistry> {

        private final HandlerModule module;

        ModuleRegistry(HandlerModule module) {
            this.module = module;
        }

        @Override
        ModuleRegistry self() {
            return this;
        }

        @Override
        HandlerModule module() {
            return module;
        }
    }

    /** Collects handlers and modules; not thread-safe. */
    public static final class Builder extends HandlerRegistry<Builder> {

        private int chunkSize = 1000;
        private int transactionsInFlight = 16;
        private @Nullable Scheduler scheduler;

        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        @Override
        @Nullable
        HandlerModule module() {
            return null;
        }

        /** Registers a module's handlers. */
        public Builder module(HandlerModule module) {
            registrations().addAll(collect(module));
            return this;
        }

        /**
         * How many events one call gets at most; 1000 by default. A transaction with more events is handled in several
         * calls, and no more of it is read until they are done.
         */
        public Builder chunkSize(int value) {
            chunkSize = positive("chunkSize", value);
            return this;
        }

        /**
         * How many transactions may be worked on at a time; 16 by default. Functions work on the events of all of them;
         * a handler still gets one transaction after the other. After a failure as many may come again. With 1, no
         * handler sees a transaction before all are done with the one before.
         */
        public Builder transactionsInFlight(int value) {
            transactionsInFlight = positive("transactionsInFlight", value);
            return this;
        }

        /**
         * Where handlers and functions run. By default threads of the run's own, which may block. Not disposed here.
         */
        public Builder scheduler(Scheduler value) {
            scheduler = value;
            return this;
        }

        public Handlers build() {
            return new Handlers(this);
        }
    }
}
