package io.walex.reactive.stream;

import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.SlotInUseException;
import io.walex.reactive.error.SlotLostException;
import io.walex.reactive.failure.Attempted;
import io.walex.reactive.failure.Failures;
import io.walex.reactive.pgoutput.Lsn;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What failures mean to a subscription. Before it has streamed, or stood by for its slot, once, a failure is a wrong
 * configuration. Afterwards it is an outage to sit out, or the loss of a slot that lives as long as its connection.
 */
final class Outages {

    private final Supplier<WalExConfig> config;
    private final BooleanSupplier streaming;
    private final Supplier<Lsn> flushed;
    private volatile boolean hasStreamed;
    private volatile boolean hasJoined;

    /** What the outage began with that lasts now. On the event loop. */
    private @Nullable Throwable cause;

    /**
     * Begins with none.
     *
     * @param streaming whether the stream runs
     * @param flushed what the server may forget
     */
    Outages(Supplier<WalExConfig> config, BooleanSupplier streaming, Supplier<Lsn> flushed) {
        this.config = config;
        this.streaming = streaming;
        this.flushed = flushed;
    }

    /** It has stood by: what fails from now on is no wrong configuration. */
    void joined() {
        hasJoined = true;
    }

    /** It streams, and no outage lasts. */
    void streaming() {
        cause = null;
        hasStreamed = true;
        hasJoined = true;
    }

    boolean hasStreamed() {
        return hasStreamed;
    }

    /** What the outage began with that lasts now; null when none does. */
    @Nullable
    Throwable cause() {
        return cause;
    }

    /** Another attempt follows this failure. */
    void begin(Throwable failure) {
        if (hasStreamed && cause == null) {
            cause = failure;
        }
    }

    /** The failure as the caller is to see it. */
    Throwable explain(Throwable failure) {
        WalExConfig used = config.get();
        Throwable error =
                Failures.translate(failure, new Attempted(used, used.slot().toString(), streaming.getAsBoolean()));
        return hasStreamed && !used.slot().continuesAfterLoss() && Failures.isRetryable(error, true)
                ? slotLost(used.name(), error)
                : error;
    }

    private SlotLostException slotLost(String name, Throwable error) {
        return new SlotLostException(
                "The temporary slot of \"%s\" went with its connection, and with it the changes since %s: %s; use SlotSpec.durable(name) to survive this, or temporary().resumeWithGap(listener) to go on without them"
                        .formatted(name, flushed.get(), error.getMessage()),
                error);
    }

    boolean isRetryable(Throwable failure) {
        return Failures.isRetryable(failure, hasJoined)
                || failure instanceof SlotInUseException && config.get().slot().takesTurns();
    }
}
