package io.walex.reactive;

import io.walex.reactive.ConnectionState.Connecting;
import io.walex.reactive.ConnectionState.Gap;
import io.walex.reactive.ConnectionState.Reconnecting;
import io.walex.reactive.ConnectionState.Resumed;
import io.walex.reactive.ConnectionState.StandingBy;
import io.walex.reactive.ConnectionState.Stopped;
import io.walex.reactive.ConnectionState.Streaming;
import io.walex.reactive.ConnectionState.TakenOver;
import io.walex.reactive.pgoutput.Lsn;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One subscription's state: told, and logged once, when it changes. */
final class SubscriptionState {

    private static final Logger LOG = LoggerFactory.getLogger(WalEx.class);

    private final WalExConfig config;
    private final int number;
    private final ConnectionStates states;
    private final Clock clock;
    private @Nullable ConnectionState current;

    SubscriptionState(WalExConfig config, int number, ConnectionStates states, Clock clock) {
        this.config = config;
        this.number = number;
        this.states = states;
        this.clock = clock;
    }

    synchronized void connecting() {
        LOG.debug("{} connects to {}:{} for {}", config.name(), config.host(), config.port(), config.slot());
        if (current == null) {
            enter(new Connecting(number));
        }
    }

    synchronized void standingBy() {
        if (config.slot() instanceof SlotSpec.Durable durable
                && durable.whenInUse() == WhenInUse.WAIT
                && !(current instanceof StandingBy)) {
            LOG.info("{} stands by for slot \"{}\", which is in use", config.name(), durable.name());
            enter(new StandingBy(number, durable.name()));
        }
    }

    synchronized void streaming(String slot) {
        LOG.info(
                "{} streams publications {} of database {} from slot \"{}\"",
                config.name(),
                config.publications(),
                config.database(),
                slot);
        enter(new Streaming(number, slot, clock.instant()));
    }

    synchronized void reconnecting(Throwable because) {
        boolean same = current instanceof Reconnecting before
                && before.because().getClass().equals(because.getClass());
        if (same || current instanceof StandingBy && because instanceof SlotInUseException) {
            LOG.debug("{} failed to reconnect: {}", config.name(), because.getMessage());
        } else {
            LOG.info("{} reconnects: {}", config.name(), because.getMessage());
            enter(new Reconnecting(number, because));
        }
    }

    synchronized void takenOver(Lsn after, Lsn until) {
        LOG.info(
                "{} goes on at {}, up to which another consumer of {} has processed the changes since {}",
                config.name(),
                until,
                config.slot(),
                after);
        enter(new TakenOver(number, after, until));
    }

    synchronized void resumed(Gap gap) {
        LOG.warn(
                "{} goes on with a new temporary slot; changes between {} and {} were missed",
                config.name(),
                gap.after(),
                gap.until());
        enter(new Resumed(number, gap));
    }

    synchronized void stopped(@Nullable Throwable because) {
        if (!(current instanceof Stopped)) {
            LOG.info("{} stopped streaming from {}", config.name(), config.slot());
            enter(new Stopped(number, because));
        }
    }

    private void enter(ConnectionState state) {
        current = state;
        states.tell(state);
    }
}
