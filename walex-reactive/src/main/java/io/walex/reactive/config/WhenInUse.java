package io.walex.reactive.config;

import io.walex.reactive.error.SlotInUseException;
import io.walex.reactive.error.SlotInvalidatedException;
import io.walex.reactive.error.TransactionAbandonedException;

/** What a durable slot's subscription does when another connection holds the slot. */
public enum WhenInUse {
    /**
     * Fails with {@link SlotInUseException}, after a second. When reconnecting, the server may still believe in the
     * walsender of the lost connection. That one is waited for until the server must have noticed ({@code
     * wal_sender_timeout}).
     */
    FAIL,
    /**
     * Stands by, and takes over when the owner ends. Consumers of the slot take turns: what another one has confirmed,
     * it has processed.
     *
     * <p>An owner that lost its connection stands by like any other. It goes on from what was confirmed meanwhile
     * ({@link io.walex.reactive.stream.ConnectionState.TakenOver}). A transaction that it had received in part, and
     * another consumer in whole, is not delivered again. In {@link io.walex.reactive.WalEx#transactions()} it fails
     * with {@link TransactionAbandonedException}.
     *
     * <p>Do not drop such a slot and make it anew while a consumer has lost its connection. To that consumer the slot
     * looks as if another one had moved it. Only where the server's count of decoded transactions shows otherwise, it
     * is an error ({@link SlotInvalidatedException}). With {@link #FAIL} it always is one.
     */
    WAIT
}
