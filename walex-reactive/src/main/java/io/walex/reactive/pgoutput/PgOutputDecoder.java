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
            Wire.end(message);
            return decoded;
        } catch (MalformedMessage e) {
            throw failed(e, message, start, type, walStart);
        }
    }

    /**
     * {@link #decode} for a message that starts with {@code I}, {@code U} or {@code D}.
     *
     * @return what the receiver returned
     */
    public static <T> T decodeRow(ByteBuf message, boolean inStream, long walStart, RowReceiver<T> receiver) {
        int start = message.readerIndex();
        char type = (char) message.readByte();
        try {
            return switch (type) {
                case 'I' -> RowMessages.insert(message, inStream, receiver);
                case 'U' -> RowMessages.update(message, inStream, receiver);
                case 'D' -> RowMessages.delete(message, inStream, receiver);
                default -> throw new MalformedMessage("not a row");
            };
        } catch (MalformedMessage e) {
            throw failed(e, message, start, type, walStart);
        }
    }

    private static PgOutputDecodingException failed(
            MalformedMessage problem, ByteBuf message, int start, char type, long walStart) {
        int offset = message.readerIndex() - start + problem.ahead;
        return new PgOutputDecodingException(
                String.valueOf(problem.getMessage()), type, offset, Lsn.of(walStart), null);
    }

    private static PgOutputMessage decode(char type, ByteBuf message, boolean inStream) {
        return switch (type) {
            case 'I' -> RowMessages.insert(message, inStream, RowMessages.AS_MESSAGES);
            case 'U' -> RowMessages.update(message, inStream, RowMessages.AS_MESSAGES);
            case 'D' -> RowMessages.delete(message, inStream, RowMessages.AS_MESSAGES);
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
