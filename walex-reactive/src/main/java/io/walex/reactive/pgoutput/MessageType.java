package io.walex.reactive.pgoutput;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/** The messages of the pgoutput plugin, by the letter that each starts with. */
public enum MessageType {
    BEGIN('B'),
    COMMIT('C'),
    ORIGIN('O'),
    RELATION('R'),
    TYPE('Y'),
    INSERT('I'),
    UPDATE('U'),
    DELETE('D'),
    TRUNCATE('T'),
    LOGICAL_MESSAGE('M'),
    STREAM_START('S'),
    STREAM_STOP('E'),
    STREAM_COMMIT('c'),
    STREAM_ABORT('A'),
    BEGIN_PREPARE('b'),
    PREPARE('P'),
    COMMIT_PREPARED('K'),
    ROLLBACK_PREPARED('r'),
    STREAM_PREPARE('p'),
    /** A letter that the protocol does not have. */
    UNKNOWN((char) 0);

    private static final MessageType[] BY_LETTER = byLetter();

    private final char letter;

    MessageType(char letter) {
        this.letter = letter;
    }

    private static MessageType[] byLetter() {
        MessageType[] types = new MessageType[1 << Byte.SIZE];
        Arrays.fill(types, UNKNOWN);
        for (MessageType type : values()) {
            types[type.letter] = type;
        }
        return types;
    }

    /** The letter on the wire. */
    public char letter() {
        return letter;
    }

    /** The type with this letter; {@link #UNKNOWN} when there is none. */
    public static MessageType of(byte letter) {
        return BY_LETTER[letter & 0xFF];
    }

    /** The type of the message that fills the buffer's readable bytes, of which there is one at least. */
    public static MessageType of(ByteBuf message) {
        return of(message.getByte(message.readerIndex()));
    }

    /** Whether the message is a row's change. */
    public boolean isRow() {
        return this == INSERT || this == UPDATE || this == DELETE;
    }
}
