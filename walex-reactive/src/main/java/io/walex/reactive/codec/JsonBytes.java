package io.walex.reactive.codec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Function;

/**
 * JSON being written, as UTF-8 in one array that grows. Commas come by themselves; that members have names and what is
 * opened is closed is the writer's duty. Escapes what JSON requires and nothing else, as Jackson does by default.
 *
 * <p>Written by hand because it is once per event on the hot path: a generator of Jackson's for each takes several objects
 * and a copy of them all, and does not check that a column's bytes are UTF-8. Not thread-safe.
 */
public final class JsonBytes {

    private static final int LARGEST = Integer.MAX_VALUE - 8;

    private static final int ASCII = 0x80;
    private static final byte UNICODE = 'u';
    private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

    /** For each ASCII character what follows the backslash, or 0 where there is none. */
    private static final byte[] ESCAPES = escapes();

    private final Function<Object, byte[]> others;
    private byte[] bytes;
    private int size;

    /** With room for so many bytes; values of types that are not known become what {@link JsonCodec#MAPPER} makes. */
    public JsonBytes(int capacity) {
        this(capacity, JsonCodec.MAPPER::writeValueAsBytes);
    }

    /**
     * With room for so many bytes.
     *
     * @param others gives the JSON, in UTF-8, of values of the user's own types
     */
    public JsonBytes(int capacity, Function<Object, byte[]> others) {
        bytes = new byte[capacity];
        this.others = others;
    }

    private static byte[] escapes() {
        byte[] escapes = new byte[ASCII];
        Arrays.fill(escapes, 0, ' ', UNICODE);
        escapes['"'] = '"';
        escapes['\\'] = '\\';
        escapes['\b'] = 'b';
        escapes['\t'] = 't';
        escapes['\n'] = 'n';
        escapes['\f'] = 'f';
        escapes['\r'] = 'r';
        return escapes;
    }

    public int size() {
        return size;
    }

    /** All that was written. */
    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, size);
    }

    /** All that was written, as text. */
    @Override
    public String toString() {
        return new String(bytes, 0, size, StandardCharsets.UTF_8);
    }

    public void startObject() {
        separate();
        put('{');
    }

    public void endObject() {
        put('}');
    }

    public void startArray() {
        separate();
        put('[');
    }

    public void endArray() {
        put(']');
    }

    /** A member's name; its value comes next. */
    public void name(String name) {
        string(name);
        put(':');
    }

    /** A value, or a name with its colon, or members, that is JSON already. */
    public void raw(byte[] json) {
        separate();
        append(json, 0, json.length);
    }

    public void nothing() {
        ascii("null");
    }

    public void bool(boolean value) {
        ascii(value ? "true" : "false");
    }

    /** A string. A lone surrogate, which UTF-8 has no form of, is escaped. */
    public void string(String text) {
        openString();
        encode(text);
        closeString();
    }

    public void number(long value) {
        separate();
        digits(value);
    }

    /** A string that goes on; {@link #closeString(long)} ends it. */
    public void startString(String start) {
        openString();
        encode(start);
    }

    /** Ends a string that goes on with a number. */
    public void closeString(long end) {
        digits(end);
        closeString();
    }

    void pojo(Object value) {
        raw(others.apply(value));
    }

    /** JSON that is all ASCII. */
    void ascii(String json) {
        separate();
        require(json.length());
        for (int i = 0; i < json.length(); i++) {
            bytes[size++] = (byte) json.charAt(i);
        }
    }

    /** A string of text that is UTF-8 already. */
    void text(byte[] utf8, int offset, int length) {
        openString();
        int end = offset + length;
        int from = offset;
        for (int i = offset; i < end; i++) {
            byte next = utf8[i];
            if (next < 0) {
                append(utf8, from, i - from);
                // What is no UTF-8 must not get into the JSON.
                encode(new String(utf8, i, end - i, StandardCharsets.UTF_8));
                closeString();
                return;
            }
            if (ESCAPES[next] != 0) {
                append(utf8, from, i - from);
                escape(next);
                from = i + 1;
            }
        }
        append(utf8, from, end - from);
        closeString();
    }

    void openString() {
        separate();
        put('"');
    }

    void closeString() {
        put('"');
    }

    /** A comma, unless a first member or element, a member's value or the whole comes next. */
    void separate() {
        byte last = size == 0 ? (byte) '[' : bytes[size - 1];
        if (last != '{' && last != '[' && last != ':') {
            put(',');
        }
    }

    void append(byte[] source, int offset, int length) {
        require(length);
        System.arraycopy(source, offset, bytes, size, length);
        size += length;
    }

    void put(int next) {
        require(1);
        bytes[size++] = (byte) next;
    }

    private void encode(String text) {
        require(text.length());
        for (int i = 0; i < text.length(); i++) {
            char next = text.charAt(i);
            if (next >= ASCII) {
                i += encode(text, i, next);
            } else if (ESCAPES[next] != 0) {
                escape(next);
            } else {
                put(next);
            }
        }
    }

    /** Says how many further characters it took. */
    private int encode(String text, int at, char next) {
        if (next < 0x800) {
            put(0xC0 | next >> 6);
        } else if (!Character.isSurrogate(next)) {
            put(0xE0 | next >> 12);
            put(ASCII | next >> 6 & 0x3F);
        } else if (Character.isHighSurrogate(next)
                && at + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(at + 1))) {
            int codePoint = Character.toCodePoint(next, text.charAt(at + 1));
            put(0xF0 | codePoint >> 18);
            put(ASCII | codePoint >> 12 & 0x3F);
            put(ASCII | codePoint >> 6 & 0x3F);
            put(ASCII | codePoint & 0x3F);
            return 1;
        } else {
            unicode(next);
            return 0;
        }
        put(ASCII | next & 0x3F);
        return 0;
    }

    private void escape(int next) {
        if (ESCAPES[next] == UNICODE) {
            unicode(next);
        } else {
            put('\\');
            put(ESCAPES[next]);
        }
    }

    private void unicode(int next) {
        put('\\');
        put(UNICODE);
        for (int shift = 12; shift >= 0; shift -= 4) {
            put(HEX[next >> shift & 0xF]);
        }
    }

    /** Negative numbers reach one further than positive ones. */
    private void digits(long value) {
        long rest = value < 0 ? value : -value;
        if (value < 0) {
            put('-');
        }
        int count = 1;
        for (long ten = -10; count < 19 && rest <= ten; ten *= 10) {
            count++;
        }
        require(count);
        for (int i = size + count - 1; i >= size; i--) {
            bytes[i] = (byte) ('0' - rest % 10);
            rest /= 10;
        }
        size += count;
    }

    private void require(int more) {
        if (bytes.length - size < more) {
            grow((long) size + more);
        }
    }

    private void grow(long needed) {
        if (needed > LARGEST) {
            throw new IllegalStateException("JSON of more than 2 GB, which no array can hold; leave large columns out");
        }
        bytes = Arrays.copyOf(bytes, (int) Math.min(LARGEST, Math.max(needed, 2L * bytes.length)));
    }
}
