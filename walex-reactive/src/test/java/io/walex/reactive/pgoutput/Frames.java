package io.walex.reactive.pgoutput;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes pgoutput messages by hand: {@code Frames.message('I').int32(16384).letter('N').columns(1).text("42")}. */
public final class Frames {

    private final ByteBuf buffer = Unpooled.buffer();

    private Frames() {}

    public static Frames message(char type) {
        return new Frames().letter(type);
    }

    public Frames letter(char letter) {
        return int8(letter);
    }

    public Frames int8(int value) {
        buffer.writeByte(value);
        return this;
    }

    public Frames int16(int value) {
        buffer.writeShort(value);
        return this;
    }

    public Frames int32(int value) {
        buffer.writeInt(value);
        return this;
    }

    public Frames int64(long value) {
        buffer.writeLong(value);
        return this;
    }

    public Frames string(String value) {
        buffer.writeCharSequence(value, StandardCharsets.UTF_8);
        return int8(0);
    }

    public Frames bytes(byte... bytes) {
        buffer.writeBytes(bytes);
        return this;
    }

    /** Starts a tuple; {@link #text}, {@link #binary}, {@link #nullColumn} and {@link #unchanged} follow. */
    public Frames columns(int count) {
        return int16(count);
    }

    public Frames text(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        return letter('t').int32(utf8.length).bytes(utf8);
    }

    public Frames binary(byte... value) {
        return letter('b').int32(value.length).bytes(value);
    }

    public Frames nullColumn() {
        return letter('n');
    }

    public Frames unchanged() {
        return letter('u');
    }

    /** The same message as it stands in a streamed block. */
    public Frames withXid(int xid) {
        Frames streamed = message((char) buffer.getByte(0)).int32(xid);
        streamed.buffer.writeBytes(buffer, 1, buffer.readableBytes() - 1);
        return streamed;
    }

    /** The message, in a heap buffer that needs no release. */
    public ByteBuf buffer() {
        return buffer.copy();
    }

    public byte[] toBytes() {
        return Arrays.copyOf(buffer.array(), buffer.readableBytes());
    }
}
