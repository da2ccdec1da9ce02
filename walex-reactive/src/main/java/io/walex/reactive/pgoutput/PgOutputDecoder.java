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
        byte letter = 0;
        try {
            letter = Wire.int8(message);
            PgOutputMessage decoded = decode(MessageType.of(letter), message, inStream);
            Wire.end(message);
            return decoded;
        } catch (MalformedMessage e) {
            throw failed(e, message, start, letter, walStart);
        }
    }

    /**
     * {@link #decode} for {@linkplain MessageType#isRow a row}.
     *
     * @return what the receiver returned
     */
    public static <T> T decodeRow(ByteBuf message, boolean inStream, long walStart, RowReceiver<T> receiver) {
        int start = message.readerIndex();
        byte letter = message.readByte();
        try {
            return switch (MessageType.of(letter)) {
                case INSERT -> RowMessages.insert(message, inStream, receiver);
                case UPDATE -> RowMessages.update(message, inStream, receiver);
                case DELETE -> RowMessages.delete(message, inStream, receiver);
                default -> throw new MalformedMessage("not a row");
            };
        } catch (MalformedMessage e) {
            throw failed(e, message, start, letter, walStart);
        }
    }

    private static PgOutputDecodingException failed(
            MalformedMessage problem, ByteBuf message, int start, byte letter, long walStart) {
        int offset = message.readerIndex() - start + problem.ahead;
        return new PgOutputDecodingException(
                String.valueOf(problem.getMessage()), (char) (letter & 0xFF), offset, Lsn.of(walStart), null);
    }

    private static PgOutputMessage decode(MessageType type, ByteBuf message, boolean inStream) {
        return switch (type) {
            case INSERT -> RowMessages.insert(message, inStream, RowMessages.AS_MESSAGES);
            case UPDATE -> RowMessages.update(message, inStream, RowMessages.AS_MESSAGES);
            case DELETE -> RowMessages.delete(message, inStream, RowMessages.AS_MESSAGES);
            case BEGIN -> TransactionMessages.begin(message);
            case COMMIT -> TransactionMessages.commit(message);
            case ORIGIN -> TransactionMessages.origin(message);
            case RELATION -> CatalogMessages.relation(message, inStream);
            case TYPE -> CatalogMessages.type(message, inStream);
            case TRUNCATE -> RowMessages.truncate(message, inStream);
            case LOGICAL_MESSAGE -> RowMessages.logicalMessage(message, inStream);
            case STREAM_START -> StreamMessages.start(message);
            case STREAM_STOP -> new PgOutputMessage.StreamStop();
            case STREAM_COMMIT -> StreamMessages.commit(message);
            case STREAM_ABORT -> StreamMessages.abort(message);
            case BEGIN_PREPARE -> TwoPhaseMessages.beginPrepare(message);
            case PREPARE -> TwoPhaseMessages.prepare(message);
            case COMMIT_PREPARED -> TwoPhaseMessages.commitPrepared(message);
            case ROLLBACK_PREPARED -> TwoPhaseMessages.rollbackPrepared(message);
            case STREAM_PREPARE -> TwoPhaseMessages.streamPrepare(message);
            case UNKNOWN -> throw new MalformedMessage("unknown message type");
        };
    }
}
