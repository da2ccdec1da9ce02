package io.walex.reactive.replication;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Turns the payloads of the replication stream into elements, pulled one at a time as demand asks for them. All calls
 * come from the connection's event loop.
 *
 * @param <T> the element
 */
public interface PayloadDecoder<T> {

    /**
     * Reads one pgoutput message, and keeps nothing of the buffer.
     *
     * @param payload the message, from its type letter to its end
     * @param walStart the LSN in the frame's header
     * @param sentAt the server's clock when it sent the frame, in microseconds since 2000-01-01 UTC
     * @return the element that the message makes, null when it makes none
     */
    @Nullable
    T decode(ByteBuf payload, long walStart, long sentAt);

    /** Returns the next element that earlier messages left behind; null when the next message is needed for one. */
    @Nullable
    T queued();

    /** The server has sent all that committed before this LSN, and it was decoded. */
    default void reached(long walEnd) {}

    /** Returns an element that comes while the server has sent nothing more to decode; null when there is none. */
    default @Nullable T idle() {
        return null;
    }

    /** Whether nothing may be decoded or taken now; {@link ReplicationConnection#resume()} must follow when that ends. */
    default boolean isBlocked() {
        return false;
    }
}
