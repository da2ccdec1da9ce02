package io.walex.reactive.config;

import io.walex.reactive.error.SlotInUseException;
import io.walex.reactive.error.SlotInvalidatedException;
import io.walex.reactive.error.TransactionAbandonedException;

/** What a durable slot's subscription does when another connection holds the slot. */
public enum WhenInUse {
    /**
     * Fails with {@link SlotInUseException}, after a second. When reconnecting, a walsender of the lost connection that
     * the server still believes in is waited for until it must have noticed ({@code wal_sender_timeout}).
     */
    FAIL,
    /**
     * Stands by, and takes over when the owner ends. Consumers of the slot take turns: what another has confirmed it has
     * processed. An owner that lost its connection stands by like any other, and goes on from what was confirmed
     * meanwhile ({@link io.walex.reactive.stream.ConnectionState.TakenOver}); a transaction that it had received in part, and another in whole, is
     * not delivered again, and fails with {@link TransactionAbandonedException} in {@link io.walex.reactive.WalEx#transactions()}.
     *
     * <p>Do not drop such a slot and make it anew while a consumer has lost its connection: to that one it looks moved by
     * another, unless the server's count of decoded transactions shows otherwise, which is an error ({@link
     * SlotInvalidatedException}). With {@link #FAIL} it always is.
     */
    WAIT
}
