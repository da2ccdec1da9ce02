package io.walex.reactive.stream;

import io.walex.reactive.config.WhenInUse;
import io.walex.reactive.event.Gap;
import io.walex.reactive.pgoutput.Lsn;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Where a subscription stands; see {@link io.walex.reactive.WalEx#states()}. */
public sealed interface ConnectionState {

    /** The number of the subscription among those of its {@link io.walex.reactive.WalEx}, from 1. */
    int subscription();

    /** It makes its first connection. */
    record Connecting(int subscription) implements ConnectionState {}

    /**
     * Another connection holds its slot; it takes over when that ends.
     *
     * @param slot the slot's name
     */
    record StandingBy(int subscription, String slot) implements ConnectionState {}

    /**
     * The slot is in place and changes flow.
     *
     * @param slot the slot's name
     */
    record Streaming(int subscription, String slot, Instant since) implements ConnectionState {}

    /**
     * The connection was lost, or could not be made again.
     *
     * @param because a new state is told only when the kind of reason changes
     */
    record Reconnecting(int subscription, Throwable because) implements ConnectionState {}

    /**
     * While it had no connection, its durable slot was moved, as another consumer does that takes its turn (see {@link
     * WhenInUse#WAIT}): what lies between was the other's to process and is not delivered here. {@link Streaming} follows.
     *
     * @param after what this subscription had confirmed last
     * @param until what the slot has confirmed, where this subscription goes on
     */
    record TakenOver(int subscription, Lsn after, Lsn until) implements ConnectionState {}

    /**
     * A lost temporary slot was replaced: changes between were not seen. {@link Streaming} follows.
     *
     * @param gap what was missed
     */
    record Resumed(int subscription, Gap gap) implements ConnectionState {}

    /**
     * It ended.
     *
     * @param because null when it was cancelled or closed
     */
    record Stopped(int subscription, @Nullable Throwable because) implements ConnectionState {}
}
