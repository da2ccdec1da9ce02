package io.walex.reactive.delivery;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.codec.TypeRegistry;
import io.walex.reactive.config.Middleware;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.BetweenTransactions;
import io.walex.reactive.event.SignalCodec;
import io.walex.reactive.event.SnapshotSlice;
import io.walex.reactive.event.StreamIdentity;
import io.walex.reactive.event.Transaction;
import io.walex.reactive.event.TransactionAssembler;
import io.walex.reactive.event.TransactionSignal;
import io.walex.reactive.event.TransactionSignal.Begin;
import io.walex.reactive.event.TransactionSignal.End;
import io.walex.reactive.event.TwoPhase;
import io.walex.reactive.event.TypeSource;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.replication.PayloadDecoder;
import io.walex.reactive.replication.SubscriptionLoop;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The two accounts of transactions, where slices of snapshots come between these. */
class SlicesBehindMiddlewareTests {

    private final SubscriptionLoop loop = SubscriptionLoop.create("test");
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final List<Transaction> handedOut = new CopyOnWriteArrayList<>();
    private Middleware.@Nullable Link link;
    private final Delivery delivery = delivery((signals, given) -> {
        link = given;
        given.onAcknowledged(end -> told.add("up to " + end));
        given.onSliceAcknowledged(slice -> told.add("slice " + slice.id()));
        return signals;
    });

    @AfterEach
    void endLoop() {
        loop.dispose().block(PATIENCE);
    }

    private Delivery delivery(Middleware middleware) {
        StreamIdentity identity = new StreamIdentity("test", "0", "db");
        TypeSource types = TypeSource.of(TypeRegistry.builtIn());
        return new Delivery(
                WalExConfig.fromUrl("postgresql://walex@localhost/shop")
                        .publication("events")
                        .middleware(middleware)
                        .build(),
                loop,
                new TransactionAssembler(
                        identity,
                        (schema, table) -> true,
                        types,
                        new TransactionAssembler.Spill(Path.of("unused"), 1 << 20),
                        TwoPhase.OFF,
                        false,
                        false),
                new Coordinator(),
                new SignalCodec(identity, types),
                new DeliveryCounts(1, null),
                () -> false,
                because -> {});
    }

    /** Is told of acknowledged slices. */
    private final class Coordinator implements BetweenTransactions {

        @Override
        public void streamed(TransactionSignal signal) {}

        @Override
        public void reached(Lsn walEnd) {}

        @Override
        public @Nullable TransactionSignal next() {
            return null;
        }

        @Override
        public boolean isOpen() {
            return false;
        }

        @Override
        public boolean isWaiting() {
            return false;
        }

        @Override
        public void acknowledged(SnapshotSlice slice) {
            told.add("saved " + slice.id());
        }
    }

    /** Gives these signals as what it has decoded. */
    private record Given(List<TransactionSignal> signals) implements Delivery.Source {

        @Override
        @SuppressWarnings("unchecked") // its elements are signals
        public <T> Flux<T> stream(PayloadDecoder<T> decoder) {
            return (Flux<T>) Flux.fromIterable(signals).concatWith(Flux.never());
        }
    }

    private static List<TransactionSignal> transaction(long lsn) {
        return ended(new Begin(Lsn.of(lsn), Instant.EPOCH, 7, null));
    }

    private static List<TransactionSignal> slice(long after, long id) {
        return ended(new Begin(
                Lsn.of(after), Instant.EPOCH, new SnapshotSlice("initial", "public", "user", id, false, "progress")));
    }

    private static List<TransactionSignal> ended(Begin begin) {
        var message = new Signals().transaction(begin.commitLsn().value(), 1).get(1);
        return List.of(begin, message, new End(begin, Lsn.of(begin.commitLsn().value() + 8)));
    }

    private void deliver(List<TransactionSignal> first, List<TransactionSignal> second, List<TransactionSignal> third) {
        List<TransactionSignal> all =
                Stream.of(first, second, third).flatMap(List::stream).toList();
        delivery.transactions(new Given(all), Mono.never())
                .concatMap(each -> each.events().then(Mono.fromRunnable(() -> handedOut.add(each))))
                .subscribe();
        await().atMost(PATIENCE).until(() -> handedOut.size() == 3);
    }

    private <T> T onLoop(Callable<T> task) {
        return Mono.fromCallable(task).subscribeOn(loop.scheduler()).block(PATIENCE);
    }

    private void acknowledge(int transaction) {
        handedOut.get(transaction).acknowledge();
        onLoop(() -> true);
    }

    @Test
    void theServerIsToldOfTransactionsOnly() {
        deliver(transaction(10), slice(10, 1), transaction(20));

        assertThat(onLoop(() -> delivery.acknowledgements().outstanding())).isEqualTo(2);
        link.confirm(Lsn.of(18));
        assertThat(onLoop(() -> delivery.acknowledgements().outstanding())).isEqualTo(1);
        assertThat(delivery.acknowledgements().flushed()).isEqualTo(Lsn.of(18));
        link.confirm(Lsn.of(28));
        assertThat(onLoop(() -> delivery.acknowledgements().outstanding())).isZero();
        assertThat(delivery.acknowledgements().flushed()).isEqualTo(Lsn.of(28));
    }

    /** Its LSN is acknowledged before it is. */
    @Test
    void aSliceIsAcknowledgedByItself() {
        deliver(transaction(10), slice(10, 1), slice(10, 2));

        acknowledge(0);
        assertThat(told).containsExactly("up to 0/12");
        acknowledge(2);
        assertThat(told).containsExactly("up to 0/12");
        acknowledge(1);
        assertThat(told).containsExactly("up to 0/12", "slice 1", "saved 1", "slice 2", "saved 2", "up to 0/12");
    }

    @Test
    void aSliceComesNoSoonerThanWhatIsBeforeIt() {
        deliver(transaction(10), slice(10, 1), transaction(20));

        acknowledge(2);
        acknowledge(1);
        assertThat(told).isEmpty();
        acknowledge(0);
        assertThat(told).containsExactly("slice 1", "saved 1", "up to 0/1C");
    }
}
