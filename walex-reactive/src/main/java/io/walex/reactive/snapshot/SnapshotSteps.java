package io.walex.reactive.snapshot;

import io.walex.reactive.replication.SubscriptionLoop;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;

/** Runs what a snapshot has to ask the server for, and asks again where the answer was lost. On the subscription's event loop. */
final class SnapshotSteps {

    private static final long RETRY_MILLIS = 1000;

    private final SubscriptionLoop loop;
    private final Predicate<Throwable> passing;
    private final Consumer<Throwable> onFailed;
    private final Disposable.Composite running = Disposables.composite();

    /**
     * Runs nothing yet.
     *
     * @param passing whether a step is run again
     * @param onFailed told of other errors
     */
    SnapshotSteps(SubscriptionLoop loop, Predicate<Throwable> passing, Consumer<Throwable> onFailed) {
        this.loop = loop;
        this.passing = passing;
        this.onFailed = onFailed;
    }

    /** Runs the step, and then the other. */
    void run(Mono<Void> step, Runnable then) {
        Step started = new Step(step, then);
        running.add(started);
        step.subscribe(started);
    }

    /** Runs it once a second. */
    void everySecond(Runnable work) {
        running.add(loop.scheduler().schedulePeriodically(work, 1, 1, TimeUnit.SECONDS));
    }

    /** Nothing of it runs on. */
    void stop() {
        running.dispose();
    }

    private final class Step extends BaseSubscriber<Void> {

        private final Mono<Void> step;
        private final Runnable then;

        Step(Mono<Void> step, Runnable then) {
            this.step = step;
            this.then = then;
        }

        @Override
        protected void hookOnComplete() {
            ended(then);
        }

        @Override
        protected void hookOnError(Throwable error) {
            ended(() -> {
                if (passing.test(error)) {
                    running.add(loop.scheduler().schedule(() -> run(step, then), RETRY_MILLIS, TimeUnit.MILLISECONDS));
                } else {
                    onFailed.accept(error);
                }
            });
        }

        private void ended(Runnable next) {
            loop.run(() -> {
                running.remove(this);
                if (!running.isDisposed()) {
                    next.run();
                }
            });
        }
    }
}
