package io.walex.reactive;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.walex.reactive.testsupport.PostgresExtension;
import java.time.Duration;
import java.util.Collections;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Every way out of a stream gives its buffers back. */
class LeaksIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.shared();

    private final Set<String> leaks = Collections.newSetFromMap(new ConcurrentHashMap<>());
    private final ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();

    @BeforeEach
    void watchBuffers() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        ByteBufUtil.setLeakListener((type, records) -> leaks.add(type + " " + records));
    }

    @AfterEach
    void stopWatching() {
        ByteBufUtil.setLeakListener(null);
        ResourceLeakDetector.setLevel(level);
    }

    @Test
    void completeErrorAndCancelInTheMiddleOfATransactionLeakNothing() {
        postgres.execute(
                "CREATE TABLE todo (id int PRIMARY KEY, body text)",
                "CREATE PUBLICATION events FOR TABLE todo",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')",
                "INSERT INTO todo SELECT i, repeat('x', 1000) FROM generate_series(1, 20000) i");
        WalExConfig config = WalExConfig.fromUrl(postgres.url())
                .publication("events")
                .slot(SlotSpec.durable("walex"))
                .build();
        for (int i = 0; i < 5; i++) {
            int stop = 100 + i;
            WalEx.changes(config).take(stop).blockLast(PATIENCE);
            WalEx.changes(config)
                    .index()
                    .concatMap(event -> event.getT1() < stop ? Mono.just(event) : Mono.error(new RuntimeException()))
                    .onErrorComplete()
                    .blockLast(PATIENCE);
            WalEx walEx = WalEx.create(config);
            Flux.merge(walEx.changes().limitRate(1).index().doOnNext(event -> {
                        if (event.getT1() == stop) {
                            walEx.close();
                        }
                    }))
                    .blockLast(PATIENCE);
        }
        postgres.awaitSlotInactive("walex");

        // Leaks are found when collected, and told at the next allocation.
        for (int i = 0; i < 5; i++) {
            System.gc();
            Mono.delay(Duration.ofMillis(50)).block();
            PooledByteBufAllocator.DEFAULT.directBuffer(16).release();
        }
        assertThat(leaks).isEmpty();
    }
}
