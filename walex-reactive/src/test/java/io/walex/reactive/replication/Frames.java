package io.walex.reactive.replication;

/** Frames of PostgreSQL's protocol as text, a character a byte. */
final class Frames {

    private Frames() {}

    static String frame(char type, String content) {
        return type + int32(content.length() + Integer.BYTES) + content;
    }

    static String int32(int value) {
        return "" + (char) (value >>> 24) + (char) (value >>> 16 & 0xFF) + (char) (value >>> 8 & 0xFF)
                + (char) (value & 0xFF);
    }
}
