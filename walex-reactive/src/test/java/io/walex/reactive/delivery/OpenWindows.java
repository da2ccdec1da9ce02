package io.walex.reactive.delivery;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.Transaction;
import io.walex.reactive.event.TransactionSignal;
import io.walex.reactive.replication.Acknowledgements;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;

/** Windows over a source of signals, on a loop that runs when it is told to. */
abstract class OpenWindows {

    final ArrayDeque<Runnable> loop = new ArrayDeque<>();
    final AtomicInteger acknowledged = new AtomicInteger();
    final List<Runnable> onAcknowledged = new ArrayList<>();
    final Acknowledgements acknowledgements = new Acknowledgements(loop::add, () -> {
        acknowledged.incrementAndGet();
        onAcknowledged.forEach(Runnable::run);
    });
    final Signals signals = new Signals();
    final Source source = new Source();
    int maxUnacknowledged = 100;
    boolean paused;
    final DeliveryCounts counts = new DeliveryCounts(1, null);
    final List<Runnable> onGoingOn = new ArrayList<>();

    final Flux<Transaction> transactions() {
        return new Flux<>() {
            @Override
            public void subscribe(CoreSubscriber<? super Transaction> actual) {
                var windows = new TransactionWindows(
                        actual, loop::add, acknowledgements, maxUnacknowledged, slice -> {}, counts, () -> paused);
                onGoingOn.add(windows::goOn);
                onAcknowledged.add(windows::advance);
                windows.onSubscribe(source);
                source.subscriber = windows;
            }
        };
    }

    final void runLoop() {
        boolean busy = true;
        while (busy) {
            for (Runnable task = loop.poll(); task != null; task = loop.poll()) {
                task.run();
            }
            busy = source.serve();
        }
    }

    static String name(Event event) {
        return event.lsn().value() + " " + event.name();
    }

    final Transaction first() {
        List<Transaction> handedOut = subscribe(transactions());
        runLoop();
        return handedOut.get(0);
    }

    static List<Transaction> subscribe(Flux<Transaction> transactions) {
        List<Transaction> handedOut = new ArrayList<>();
        transactions.subscribe(handedOut::add);
        return handedOut;
    }

    static List<Transaction> subscribeAndConsume(Flux<Transaction> transactions) {
        List<Transaction> handedOut = new ArrayList<>();
        transactions
                .doOnNext(handedOut::add)
                .flatMap(transaction -> transaction.events().then(), 1000)
                .subscribe();
        return handedOut;
    }

    /** Gives one signal for each that was asked for. */
    static final class Source implements Subscription {

        private final ArrayDeque<TransactionSignal> waiting = new ArrayDeque<>();
        TransactionWindows subscriber;
        private long demand;
        int pulled;
        boolean cancelled;

        void add(List<TransactionSignal> more) {
            waiting.addAll(more);
        }

        @Override
        public void request(long n) {
            demand += n;
        }

        @Override
        public void cancel() {
            cancelled = true;
        }

        boolean serve() {
            boolean served = false;
            while (demand > 0 && !cancelled && !waiting.isEmpty()) {
                demand--;
                pulled++;
                served = true;
                subscriber.onNext(waiting.poll());
            }
            return served;
        }
    }
}
