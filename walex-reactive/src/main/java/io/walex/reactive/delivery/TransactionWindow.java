package io.walex.reactive.delivery;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.ReplicationOrigin;
import io.walex.reactive.event.SnapshotSlice;
import io.walex.reactive.event.Transaction;
import io.walex.reactive.event.TransactionSignal;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.replication.Acknowledgements;
import java.time.Instant;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/** A transaction in flight. Its state is confined to the event loop. */
final class TransactionWindow implements Transaction {

    private final TransactionSignal.Begin begin;
    private final Acknowledgements.Ticket ticket;
    private final TransactionWindows windows;
    private final AtomicBoolean subscribed = new AtomicBoolean();
    private final Flux<Event> events = SubscriberErrors.signalled(
            new Flux<>() {
                @Override
                public void subscribe(CoreSubscriber<? super Event> actual) {
                    consume(actual);
                }
            },
            error -> {});

    private @Nullable CoreSubscriber<? super Event> consumer;
    private @Nullable Event first;
    private @Nullable Throwable failure;
    private volatile @Nullable Lsn endLsn;
    private long demand;
    private boolean opened;
    private boolean handedOut;
    private boolean dropping;
    private boolean terminated;
    private volatile boolean deserted;

    TransactionWindow(TransactionSignal.Begin begin, Acknowledgements.Ticket ticket, TransactionWindows windows) {
        this.begin = begin;
        this.ticket = ticket;
        this.windows = windows;
    }

    @Override
    public int xid() {
        return begin.xid();
    }

    @Override
    public Lsn commitLsn() {
        return begin.commitLsn();
    }

    @Override
    public Lsn endLsn() {
        Lsn known = endLsn;
        if (known == null) {
            throw new IllegalStateException("The end of " + this + " is known when its events() have completed");
        }
        return known;
    }

    @Override
    public Instant commitTimestamp() {
        return begin.commitTimestamp();
    }

    @Override
    public @Nullable String gid() {
        return begin.gid();
    }

    @Override
    public @Nullable ReplicationOrigin origin() {
        return begin.origin();
    }

    @Override
    public @Nullable SnapshotSlice snapshot() {
        return begin.slice();
    }

    @Override
    public Flux<Event> events() {
        return events;
    }

    @Override
    public void acknowledge() {
        ticket.acknowledge();
        windows.onEventLoop(() -> {
            if (consumer == null) {
                drop();
            }
        });
    }

    private void consume(CoreSubscriber<? super Event> actual) {
        if (!subscribed.compareAndSet(false, true)) {
            Operators.error(actual, new IllegalStateException("The events of " + this + " have one subscriber"));
            return;
        }
        actual.onSubscribe(new Subscription() {
            @Override
            public void request(long n) {
                if (Operators.validate(n)) {
                    windows.onEventLoop(() -> addDemand(n));
                }
            }

            @Override
            public void cancel() {
                // At once: Reactor reports an error that comes after a cancel as a bug.
                deserted = true;
                windows.onEventLoop(TransactionWindow.this::drop);
            }
        });
        windows.onEventLoop(() -> attach(actual));
    }

    private void attach(CoreSubscriber<? super Event> actual) {
        consumer = actual;
        deliver();
    }

    private void addDemand(long n) {
        demand = Operators.addCap(demand, n);
        deliver();
    }

    /** Hands out what is held and wanted. */
    void deliver() {
        CoreSubscriber<? super Event> actual = consumer;
        if (actual == null || terminated) {
            return;
        }
        Event held = first;
        if (held != null && demand > 0 && !dropping && !windows.isPaused()) {
            first = null;
            pass(held);
        }
        terminateIfDone();
        windows.advance();
    }

    private void drop() {
        dropping = true;
        first = null;
        windows.advance();
    }

    /** Whether it has an event to show, and was not handed out yet. */
    boolean isWaiting() {
        return opened && !handedOut;
    }

    void handOut() {
        handedOut = true;
        ticket.count();
    }

    /** Keeps the event that opens the transaction for its consumer. */
    void next(Event event) {
        if (!opened) {
            opened = true;
            first = event;
        } else {
            pass(event);
        }
    }

    private void pass(Event event) {
        if (dropping || consumer == null) {
            return;
        }
        demand = demand == Long.MAX_VALUE ? demand : demand - 1;
        windows.passing(event);
        consumer.onNext(event);
    }

    void end(Lsn end) {
        endLsn = end;
        if (handedOut) {
            ticket.end(end);
        } else {
            ticket.endAcknowledged(end);
        }
        terminateIfDone();
    }

    void fail(Throwable error) {
        failure = error;
        terminateIfDone();
    }

    private void terminateIfDone() {
        CoreSubscriber<? super Event> actual = consumer;
        if (terminated || deserted || actual == null || dropping && failure == null && endLsn == null) {
            return;
        }
        if (failure != null) {
            terminated = true;
            actual.onError(failure);
        } else if (endLsn != null && first == null) {
            terminated = true;
            actual.onComplete();
        }
    }

    /** Whether the next signal is wanted: an empty transaction's always is, since nobody knows of it. */
    boolean wantsMore() {
        return !opened || dropping || first == null && demand > 0;
    }

    /** Whether its end is worth waiting for: somebody is reading it, or has let go of the rest. */
    boolean isInHand() {
        return handedOut && (subscribed.get() || dropping);
    }

    /** Whether somebody is reading it. */
    boolean isConsumed() {
        return handedOut && subscribed.get() && !dropping;
    }

    static CancellationException streamEnded() {
        return new CancellationException("The stream ended within the transaction; it will be sent again");
    }

    @Override
    public String toString() {
        return "transaction " + Integer.toUnsignedString(begin.xid()) + " at " + begin.commitLsn();
    }
}
