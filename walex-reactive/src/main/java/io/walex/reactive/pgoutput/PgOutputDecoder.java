package io.walex.reactive.pgoutput;

import io.netty.buffer.ByteBuf;

/** Reads one pgoutput message. Stateless: the caller says whether a streamed block is open. */
public final class PgOutputDecoder {

    private PgOutputDecoder() {}

    /**
     * Decodes the message that fills the buffer's readable bytes. Nothing returned refers to the buffer.
     *
     * @param message the message, from its type letter to its end; wholly read afterwards
     * @param inStream whether the message stands between {@code StreamStart} and {@code StreamStop}, where changes carry
     *     their transaction id
     * @param lsn the frame's LSN, for errors
     * @throws PgOutputDecodingException when the message is truncated, has bytes to spare, or is unknown
     */
    public static PgOutputMessage decode(ByteBuf message, boolean inStream, Lsn lsn) {
        throw new UnsupportedOperationException("to be written");
    }
}
