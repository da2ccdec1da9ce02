package io.walex.reactive.testsupport;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.PublishedTables;
import io.walex.reactive.event.ReplicationOrigin;
import io.walex.reactive.event.SnapshotSlice;
import io.walex.reactive.event.Transaction;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.snapshot.Backfill;
import io.walex.reactive.snapshot.BackfillSpec;
import io.walex.reactive.stream.ConnectionState;
import io.walex.reactive.stream.SubscriptionReport;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A stream of these transactions, which then completes. No server. */
public final class GivenTransactions implements WalEx {

    private static final WalExConfig CONFIG = WalExConfig.fromUrl("postgresql://walex@localhost/shop")
            .publication("events")
            .build();

    private final List<List<Event>> given;
    private final AtomicInteger acknowledged = new AtomicInteger();

    private GivenTransactions(List<List<Event>> given) {
        this.given = given;
    }

    /** Each list is a transaction. */
    public static GivenTransactions of(List<List<Event>> given) {
        return new GivenTransactions(List.copyOf(given));
    }

    /** How many were acknowledged. */
    public int acknowledged() {
        return acknowledged.get();
    }

    @Override
    public Flux<Event> changes() {
        return Flux.fromIterable(given).flatMapIterable(events -> events);
    }

    @Override
    public Flux<Transaction> transactions() {
        return Flux.fromIterable(given).map(Given::new);
    }

    @Override
    public Flux<ConnectionState> states() {
        return Flux.never();
    }

    @Override
    public List<SubscriptionReport> subscriptions() {
        return List.of();
    }

    @Override
    public Mono<Void> awaitStreaming() {
        return Mono.empty();
    }

    @Override
    public void reconfigure(UnaryOperator<WalExConfig.Builder> change) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Mono<PublishedTables> publishedTables() {
        return Mono.empty();
    }

    @Override
    public Backfill backfill(BackfillSpec spec) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<Backfill> backfills() {
        return List.of();
    }

    @Override
    public void pause() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void resume() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isPaused() {
        return false;
    }

    @Override
    public WalExConfig config() {
        return CONFIG;
    }

    @Override
    public Mono<Void> closeGracefully() {
        return Mono.empty();
    }

    @Override
    public void close() {}

    private final class Given implements Transaction {

        private final List<Event> events;

        private Given(List<Event> events) {
            this.events = events;
        }

        private Event first() {
            return events.get(0);
        }

        @Override
        public int xid() {
            return first().xid();
        }

        @Override
        public Lsn commitLsn() {
            return first().lsn();
        }

        @Override
        public Lsn endLsn() {
            return first().lsn();
        }

        @Override
        public Instant commitTimestamp() {
            return first().timestamp();
        }

        @Override
        public @Nullable String gid() {
            return null;
        }

        @Override
        public @Nullable ReplicationOrigin origin() {
            return null;
        }

        @Override
        public @Nullable SnapshotSlice snapshot() {
            return null;
        }

        @Override
        public Flux<Event> events() {
            return Flux.fromIterable(events);
        }

        @Override
        public void acknowledge() {
            acknowledged.incrementAndGet();
        }
    }
}
