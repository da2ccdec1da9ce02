package io.walex.reactive.stream;

import io.walex.reactive.config.WhenInUse;
import io.walex.reactive.event.Gap;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.snapshot.SnapshotReport;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Where a subscription stands; see {@link io.walex.reactive.WalEx#states()}. */
public sealed interface ConnectionState {

    /** The number of the subscription among those of its {@link io.walex.reactive.WalEx}, from 1. */
    int subscription();

    /** The subscription makes its first connection. */
    record Connecting(int subscription) implements ConnectionState {}

    /**
     * Another connection holds the subscription's slot. The subscription takes over when that connection ends.
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
     * A snapshot or backfill has come on, about once a second. It says nothing else of the subscription, whose state is the
     * one that came before.
     *
     * @param report how far it is
     */
    record Snapshotting(int subscription, SnapshotReport report) implements ConnectionState {}

    /**
     * The subscription delivers nothing until it is {@link Continued}. It says nothing else of the subscription: the state
     * that came before stays, and others follow while it is paused.
     */
    record Paused(int subscription) implements ConnectionState {}

    /** A pause is over. The state is the last one that was not {@link Paused}. */
    record Continued(int subscription) implements ConnectionState {}

    /**
     * The connection was lost, or could not be made again. A new state is told only when the kind of reason changes.
     *
     * @param because the reason
     */
    record Reconnecting(int subscription, Throwable because) implements ConnectionState {}

    /**
     * While the subscription had no connection, its durable slot was moved by another consumer that took its turn (see
     * {@link WhenInUse#WAIT}). What lies between was the other's to process, and is not delivered here. {@link
     * Streaming} follows.
     *
     * @param after what this subscription had confirmed last
     * @param until what the slot has confirmed; this subscription goes on there
     */
    record TakenOver(int subscription, Lsn after, Lsn until) implements ConnectionState {}

    /**
     * A lost temporary slot was replaced. Changes between the two slots were not seen. {@link Streaming} follows.
     *
     * @param gap what was missed
     */
    record Resumed(int subscription, Gap gap) implements ConnectionState {}

    /**
     * The subscription ended.
     *
     * @param because null when it was cancelled or closed
     */
    record Stopped(int subscription, @Nullable Throwable because) implements ConnectionState {}
}
