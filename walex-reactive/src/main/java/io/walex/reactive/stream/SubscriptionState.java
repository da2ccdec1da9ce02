package io.walex.reactive.stream;

import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.SlotInUseException;
import io.walex.reactive.event.Gap;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.snapshot.SnapshotReport;
import io.walex.reactive.stream.ConnectionState.Connecting;
import io.walex.reactive.stream.ConnectionState.Continued;
import io.walex.reactive.stream.ConnectionState.Paused;
import io.walex.reactive.stream.ConnectionState.Reconnecting;
import io.walex.reactive.stream.ConnectionState.Resumed;
import io.walex.reactive.stream.ConnectionState.Snapshotting;
import io.walex.reactive.stream.ConnectionState.StandingBy;
import io.walex.reactive.stream.ConnectionState.Stopped;
import io.walex.reactive.stream.ConnectionState.Streaming;
import io.walex.reactive.stream.ConnectionState.TakenOver;
import java.time.Clock;
import java.time.Instant;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One subscription's state: told, and logged once, when it changes. */
public final class SubscriptionState {

    private static final Logger LOG = LoggerFactory.getLogger("io.walex.reactive.WalEx");

    private final WalExConfig config;
    private final int number;
    private final ConnectionStates states;
    private final Clock clock;
    private volatile @Nullable ConnectionState current;

    /** When {@link #current} began, or this. Guarded by this. */
    private Instant since;

    private volatile @Nullable String slot;

    /** How often it has begun to stream. Guarded by this. */
    private long streamed;

    /** The stream has ended, and then its subscriber was told, or has left. */
    private volatile boolean ended;

    private boolean left;
    private @Nullable Throwable failure;

    public SubscriptionState(WalExConfig config, int number, ConnectionStates states, Clock clock) {
        this.config = config;
        this.number = number;
        this.states = states;
        this.clock = clock;
        this.since = clock.instant();
        this.slot = config.slot() instanceof SlotSpec.Durable durable ? durable.name() : null;
        states.started(number);
    }

    /**
     * The state, and since when.
     *
     * @param reconnects how often it streamed again
     */
    record Since(ConnectionState state, Instant since, long reconnects) {}

    synchronized Since since() {
        ConnectionState state = current;
        return new Since(state == null ? new Connecting(number) : state, since, Math.max(0, streamed - 1));
    }

    int number() {
        return number;
    }

    /** Null before a temporary one is made. */
    @Nullable
    String slot() {
        return slot;
    }

    boolean isStreaming() {
        return current instanceof Streaming && !ended;
    }

    void connecting() {
        LOG.debug("{} connects to {}:{} for {}", config.name(), config.host(), config.port(), config.slot());
        enter(() -> current == null ? new Connecting(number) : null);
    }

    void standingBy() {
        enter(() -> {
            if (!(config.slot() instanceof SlotSpec.Durable durable) || current instanceof StandingBy) {
                return null;
            }
            LOG.info("{} stands by for slot \"{}\", which is in use", config.name(), durable.name());
            return new StandingBy(number, durable.name());
        });
    }

    void streaming(String slot) {
        this.slot = slot;
        enter(() -> {
            streamed++;
            LOG.info(
                    "{} streams publications {} of database {} from slot \"{}\"",
                    config.name(),
                    config.publications(),
                    config.database(),
                    slot);
            return new Streaming(number, slot, clock.instant());
        });
    }

    void reconnecting(Throwable because) {
        enter(() -> {
            boolean same = current instanceof Reconnecting before
                    && before.because().getClass().equals(because.getClass());
            if (same || current instanceof StandingBy && because instanceof SlotInUseException) {
                LOG.debug("{} failed to reconnect: {}", config.name(), because.getMessage());
                return null;
            }
            LOG.info("{} reconnects: {}", config.name(), because.getMessage());
            return new Reconnecting(number, because);
        });
    }

    /** A snapshot has come on; the subscription is as it was. */
    void snapshot(SnapshotReport report) {
        beside(new Snapshotting(number, report));
    }

    /** What leaves the subscription as it is. */
    private void beside(ConnectionState told) {
        if (!ended) {
            states.add(told);
            states.publish();
        }
    }

    /** It delivers nothing for now, or goes on; it connects as before. */
    void paused(boolean now) {
        LOG.info(now ? "{} is paused" : "{} goes on after a pause", config.name());
        beside(now ? new Paused(number) : new Continued(number));
    }

    void takenOver(Lsn after, Lsn until) {
        enter(() -> {
            LOG.warn(
                    "{} goes on at {}, where another consumer of {} moved it from {}; if it was made anew instead, the changes between are lost",
                    config.name(),
                    until,
                    config.slot(),
                    after);
            return new TakenOver(number, after, until);
        });
    }

    void resumed(Gap gap) {
        enter(() -> {
            LOG.warn(
                    "{} goes on with a new temporary slot; changes between {} and {} were missed",
                    config.name(),
                    gap.after(),
                    gap.until());
            return new Resumed(number, gap);
        });
    }

    /**
     * The stream has ended. It has stopped when its subscriber knows: who waits for it to stream would cancel it meanwhile,
     * and Reactor reports an error that comes after a cancel as a bug.
     */
    void ended(@Nullable Throwable because) {
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
            failure = because;
            states.ended(number);
        }
        stoppedIfKnown();
    }

    /** The subscriber was told of the end, or has cancelled. */
    void left() {
        synchronized (this) {
            left = true;
        }
        stoppedIfKnown();
    }

    private void stoppedIfKnown() {
        enter(() -> ended && left ? stopped(failure) : null);
    }

    private ConnectionState stopped(@Nullable Throwable because) {
        LOG.info("{} stopped streaming from {}", config.name(), config.slot());
        return new Stopped(number, because);
    }

    /** Listeners are told outside of the lock: whoever waits for one of them must not wait for this. */
    private void enter(Supplier<@Nullable ConnectionState> next) {
        synchronized (this) {
            ConnectionState state = current instanceof Stopped ? null : next.get();
            if (state != null) {
                current = state;
                since = clock.instant();
                states.add(state);
            }
        }
        states.publish();
    }
}
