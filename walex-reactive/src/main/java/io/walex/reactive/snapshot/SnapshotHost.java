package io.walex.reactive.snapshot;

import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.StreamIdentity;
import io.walex.reactive.event.TypeSource;
import io.walex.reactive.replication.Acknowledgements;
import io.walex.reactive.replication.SubscriptionLoop;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The subscription that snapshots are read beside.
 *
 * @param config the settings in force
 * @param loop where all that concerns the subscription happens
 * @param identity what all events say of their origin
 * @param types the database's types
 * @param acknowledgements what the server may forget
 * @param resume has the stream go on when there is something to add to it
 * @param askForKeepalive has the server say how far the stream has come
 * @param reports told how far a snapshot is
 */
public record SnapshotHost(
        Supplier<WalExConfig> config,
        SubscriptionLoop loop,
        StreamIdentity identity,
        TypeSource types,
        Supplier<Acknowledgements> acknowledgements,
        Runnable resume,
        Runnable askForKeepalive,
        Consumer<SnapshotReport> reports) {}
