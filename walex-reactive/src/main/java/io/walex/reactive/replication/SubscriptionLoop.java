package io.walex.reactive.replication;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.resources.LoopResources;

/**
 * The one thread on which all that concerns a subscription happens.
 *
 * <p>A task that comes after the loop has ended is dropped, silently: the subscription is over, and so is what the task was
 * for. What was not acknowledged by then, the slot sends again to whoever comes next.
 */
public final class SubscriptionLoop implements Executor {

    private static final Duration END_TIMEOUT = Duration.ofSeconds(1);

    private final EventLoop loop;
    private final Scheduler scheduler;
    private final @Nullable LoopResources owned;

    private SubscriptionLoop(EventLoop loop, @Nullable LoopResources owned) {
        this.loop = loop;
        this.scheduler = Schedulers.fromExecutorService(loop);
        this.owned = owned;
    }

    /** Starts a loop of its own, on a daemon thread whose name begins with the given one. */
    public static SubscriptionLoop create(String name) {
        LoopResources resources = LoopResources.create(name, 1, true);
        return new SubscriptionLoop(
                resources.onClient(LoopResources.DEFAULT_NATIVE).next(), resources);
    }

    /** Uses a loop that somebody else started, and ends. */
    static SubscriptionLoop of(EventLoop loop) {
        return new SubscriptionLoop(loop, null);
    }

    /** Runs a task on the loop after what runs there now; drops it when the loop has ended. From any thread. */
    @Override
    public void execute(Runnable task) {
        executeOrDrop(loop, task);
    }

    /** Runs a task at once when called on the loop, else as {@link #execute} does. From any thread. */
    public void run(Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
        } else {
            execute(task);
        }
    }

    /** As {@link #execute}, on an executor that rejects what comes after its end. */
    static void executeOrDrop(Executor executor, Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException ended) {
            // Dropped, as the class says.
        }
    }

    /** Times and runs what operators do on the loop. It rejects what comes after the loop's end, as schedulers do. */
    public Scheduler scheduler() {
        return scheduler;
    }

    /** What connections are made with, so that their channels live on the loop. */
    public LoopResources resources() {
        if (owned == null) {
            throw new IllegalStateException("The resources of this loop belong to whoever started it");
        }
        return owned;
    }

    /** Ends the loop once what it was given is done, when this is subscribed to; one that somebody else started goes on. */
    public Mono<Void> dispose() {
        return owned == null ? Mono.empty() : owned.disposeLater(Duration.ZERO, END_TIMEOUT);
    }
}
