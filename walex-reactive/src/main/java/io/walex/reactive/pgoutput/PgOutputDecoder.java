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
     * @param walStart the frame's LSN, for errors
     * @throws PgOutputDecodingException when the message is truncated, has bytes to spare, or is unknown
     */
    public static PgOutputMessage decode(ByteBuf message, boolean inStream, long walStart) {
        int start = message.readerIndex();
        char type = 0;
        try {
            type = (char) (Wire.int8(message) & 0xFF);
            PgOutputMessage decoded = decode(type, message, inStream);
            if (message.isReadable()) {
                throw new MalformedMessage("%d bytes behind its end".formatted(message.readableBytes()));
            }
            return decoded;
        } catch (MalformedMessage e) {
            int offset = message.readerIndex() - start + e.ahead;
            throw new PgOutputDecodingException(String.valueOf(e.getMessage()), type, offset, Lsn.of(walStart), null);
        }
    }

    private static PgOutputMessage decode(char type, ByteBuf message, boolean inStream) {
        return switch (type) {
            case 'I' -> RowMessages.insert(message, inStream);
            case 'U' -> RowMessages.update(message, inStream);
            case 'D' -> RowMessages.delete(message, inStream);
            case 'B' -> TransactionMessages.begin(message);
            case 'C' -> TransactionMessages.commit(message);
            case 'O' -> TransactionMessages.origin(message);
            case 'R' -> CatalogMessages.relation(message, inStream);
            case 'Y' -> CatalogMessages.type(message, inStream);
            case 'T' -> RowMessages.truncate(message, inStream);
            case 'M' -> RowMessages.logicalMessage(message, inStream);
            case 'S' -> StreamMessages.start(message);
            case 'E' -> new PgOutputMessage.StreamStop();
            case 'c' -> StreamMessages.commit(message);
            case 'A' -> StreamMessages.abort(message);
            case 'b' -> TwoPhaseMessages.beginPrepare(message);
            case 'P' -> TwoPhaseMessages.prepare(message);
            case 'K' -> TwoPhaseMessages.commitPrepared(message);
            case 'r' -> TwoPhaseMessages.rollbackPrepared(message);
            case 'p' -> TwoPhaseMessages.streamPrepare(message);
            default -> throw new MalformedMessage("unknown message type");
        };
    }
}
