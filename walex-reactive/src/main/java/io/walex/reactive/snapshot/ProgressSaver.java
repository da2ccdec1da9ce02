package io.walex.reactive.snapshot;

import io.walex.reactive.config.SnapshotStore;
import io.walex.reactive.replication.Acknowledgements;
import io.walex.reactive.replication.SubscriptionLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;

/**
 * Saves how far a snapshot is, one text after the other: what came meanwhile goes with the next. Confined to the
 * subscription's event loop.
 */
final class ProgressSaver {

    private static final Logger LOG = LoggerFactory.getLogger(ProgressSaver.class);

    private static final long RETRY_MILLIS = 1000;

    private final SnapshotStore store;
    private final String key;
    private final SubscriptionLoop loop;
    private final Supplier<@Nullable SnapshotProgress> progress;
    private final Runnable onSaved;

    /** What the server must not forget before the next text is safe. */
    private List<Acknowledgements.Ticket> held = new ArrayList<>();

    private boolean wanted;
    private boolean behind;
    private boolean saving;
    private boolean failing;
    private boolean suspended;
    private boolean closed;

    /** Whether the slot may move although something was not saved. */
    private boolean releases;

    /**
     * Saves nothing yet.
     *
     * @param progress asked for what is to be saved when it is; null while there is nothing
     * @param onSaved told when something was saved
     */
    ProgressSaver(
            SnapshotStore store,
            String key,
            SubscriptionLoop loop,
            Supplier<@Nullable SnapshotProgress> progress,
            Runnable onSaved) {
        this.store = store;
        this.key = key;
        this.loop = loop;
        this.progress = progress;
        this.onSaved = onSaved;
    }

    /** Something was acknowledged. */
    void save() {
        behind = true;
        wanted = true;
        next();
    }

    /** Something has changed that the server's slot must wait for. */
    void saveBefore(Acknowledgements.Ticket hold) {
        held.add(hold);
        wanted = true;
        next();
    }

    /**
     * Whether more was acknowledged than is being saved, or nothing can be saved. One chunk is delivered while the one before
     * it is saved, since that takes as long as a disk does. So a process that ends has two read again at most.
     */
    boolean isBehind() {
        return behind || failing;
    }

    /** Whether something is not saved yet. */
    boolean isSaving() {
        return saving || wanted;
    }

    private void next() {
        if (saving || !wanted || closed || suspended) {
            return;
        }
        SnapshotProgress next = progress.get();
        if (next == null) {
            return;
        }
        behind = false;
        wanted = false;
        saving = true;
        List<Acknowledgements.Ticket> covered = held;
        held = new ArrayList<>();
        Mono.defer(() -> store.save(key, next.toJson())).subscribe(new Saving(covered));
    }

    /** The stream is not here: another process may have gone on, whose text this must not replace. */
    void suspend() {
        suspended = true;
    }

    void goOn() {
        suspended = false;
        next();
    }

    /**
     * Nothing more is saved.
     *
     * @param release whether the slot may move although it was not
     */
    void close(boolean release) {
        closed = true;
        releases = release;
        if (release) {
            held.forEach(Acknowledgements.Ticket::release);
        }
        held.clear();
    }

    private final class Saving extends BaseSubscriber<Void> {

        private final List<Acknowledgements.Ticket> covered;

        Saving(List<Acknowledgements.Ticket> covered) {
            this.covered = covered;
        }

        @Override
        protected void hookOnComplete() {
            loop.run(() -> {
                saving = false;
                failing = false;
                covered.forEach(Acknowledgements.Ticket::release);
                next();
                onSaved.run();
            });
        }

        @Override
        protected void hookOnError(Throwable error) {
            if (!failing) {
                LOG.warn(
                        "Progress of the snapshot \"{}\" cannot be saved in {}; the snapshot waits, and it is tried again: {}",
                        key,
                        store,
                        error.getMessage());
            }
            loop.run(() -> {
                if (closed) {
                    if (releases) {
                        covered.forEach(Acknowledgements.Ticket::release);
                    }
                    return;
                }
                failing = true;
                held.addAll(0, covered);
                loop.scheduler().schedule(this::again, RETRY_MILLIS, TimeUnit.MILLISECONDS);
            });
        }

        private void again() {
            saving = false;
            wanted = true;
            next();
        }
    }
}
