package io.walex.reactive;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.walex.reactive.config.Middleware;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.ConnectionLostException;
import io.walex.reactive.event.Event;
import io.walex.reactive.handler.EventHandler;
import io.walex.reactive.handler.Handlers;
import io.walex.reactive.spool.DiskSpool;
import io.walex.reactive.testsupport.LogLines;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.StreamFixture;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;

/** Every way out of a stream gives its buffers back. */
class LeaksIT {

    private static final int ROUNDS = 3;

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(postgres);

    @TempDir
    Path directory;

    private final Set<String> leaks = Collections.newSetFromMap(new ConcurrentHashMap<>());
    private final ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();

    @BeforeEach
    void watchBuffers() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        // What tests before lost, or the driver in them, is not held against these.
        tellLeaks();
        ByteBufUtil.setLeakListener((type, records) -> leaks.add(type + " " + records));
    }

    @AfterEach
    void stopWatching() {
        ByteBufUtil.setLeakListener(null);
        ResourceLeakDetector.setLevel(level);
    }

    /** What a subscriber may subscribe to. */
    enum Kind {
        CHANGES {
            @Override
            Flux<?> stream(WalEx walEx, Function<Event, Publisher<?>> work) {
                return walEx.changes().concatMap(work, 0);
            }
        },
        TRANSACTIONS {
            @Override
            Flux<?> stream(WalEx walEx, Function<Event, Publisher<?>> work) {
                return walEx.transactions()
                        .concatMap(transaction -> transaction.events().concatMap(work, 0), 0);
            }
        },
        HANDLERS {
            @Override
            Flux<?> stream(WalEx walEx, Function<Event, Publisher<?>> work) {
                return Handlers.builder()
                        .onInsert("todo", EventHandler.each(work))
                        .build()
                        .run(walEx)
                        .flux();
            }
        },
        TRANSFORMED_CHANGES {
            @Override
            Flux<?> stream(WalEx walEx, Function<Event, Publisher<?>> work) {
                return CHANGES.stream(walEx, work);
            }

            @Override
            WalExConfig.Builder with(WalExConfig.Builder config, Path directory) {
                return config.middleware(Middleware.transforming(signals -> signals));
            }
        },
        SPOOLED_TRANSACTIONS {
            @Override
            Flux<?> stream(WalEx walEx, Function<Event, Publisher<?>> work) {
                return TRANSACTIONS.stream(walEx, work);
            }

            @Override
            WalExConfig.Builder with(WalExConfig.Builder config, Path directory) {
                return config.middleware(DiskSpool.in(directory));
            }
        };

        abstract Flux<?> stream(WalEx walEx, Function<Event, Publisher<?>> work);

        WalExConfig.Builder with(WalExConfig.Builder config, Path directory) {
            return config;
        }
    }

    private enum Exit {
        CANCEL,
        ERROR,
        CLOSE
    }

    @ParameterizedTest
    @EnumSource
    void cancelErrorAndCompleteInTheMiddleOfATransactionLeakNothing(Kind kind) {
        postgres.execute(
                "CREATE TABLE todo (id serial PRIMARY KEY, body text)",
                "CREATE PUBLICATION events FOR TABLE todo",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')");
        WalExConfig config = kind.with(streams.config(), directory).build();
        try (LogLines lines = LogLines.captureAll()) {
            for (int round = 0; round < ROUNDS; round++) {
                for (Exit exit : Exit.values()) {
                    // A close lets the transaction in hand end, and handlers acknowledge it.
                    postgres.execute("INSERT INTO todo (body) SELECT repeat('x', 1000) FROM generate_series(1, 10000)");
                    leave(kind, WalEx.create(config), exit, 100 + round);
                    postgres.awaitSlotInactive("walex");
                }
            }
            // An error that nobody takes is a leak, too.
            assertThat(lines.messages()).noneMatch(line -> line.contains("onErrorDropped"));
        }

        assertNoLeaks();
    }

    @Test
    void queriesThatAreCancelledOrCutOffLeakNothing() {
        WalExConfig config =
                WalExConfig.fromUrl(postgres.url()).publication("events").build();
        for (int round = 0; round < ROUNDS; round++) {
            Mono<Void> work = OneShot.run(config, server -> {
                Mono<?> wait = server.rows("SELECT pg_sleep(0.2)::text").then();
                Flux<?> queries = Flux.range(0, 20).flatMap(i -> server.slots().find("walex"), 20);
                return wait.and(queries.take(Duration.ofMillis(50)))
                        .and(server.slots().find("walex").timeout(Duration.ZERO, Mono.empty()))
                        .and(server.rows("SELECT pg_terminate_backend(pg_backend_pid())::text"))
                        .and(queries);
            });
            StepVerifier.create(work).expectError(ConnectionLostException.class).verify(PATIENCE);
        }
        assertNoLeaks();
    }

    /** Leaks are found when collected, and told at the next allocation. */
    private static void tellLeaks() {
        for (int i = 0; i < 5; i++) {
            System.gc();
            Mono.delay(Duration.ofMillis(50)).block();
            PooledByteBufAllocator.DEFAULT.directBuffer(16).release();
        }
    }

    private void assertNoLeaks() {
        tellLeaks();
        assertThat(leaks).isEmpty();
    }

    private static void leave(Kind kind, WalEx walEx, Exit exit, int after) {
        AtomicInteger seen = new AtomicInteger();
        Sinks.Empty<Void> enough = Sinks.empty();
        Function<Event, Publisher<?>> work = event -> {
            if (seen.incrementAndGet() != after) {
                return Mono.empty();
            }
            switch (exit) {
                case CANCEL -> enough.tryEmitEmpty();
                case CLOSE -> walEx.close();
                case ERROR -> {
                    return Mono.error(new IllegalStateException("enough"));
                }
            }
            return Mono.empty();
        };
        kind.stream(walEx, work)
                .takeUntilOther(enough.asMono())
                .onErrorComplete()
                .blockLast(PATIENCE);
        walEx.closeGracefully().block(PATIENCE);
        assertThat(seen).hasValueGreaterThanOrEqualTo(after);
    }
}
