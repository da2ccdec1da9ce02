package io.walex.reactive.config;

import io.walex.reactive.error.InvalidConfigException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads one part of a connection URL as libpq does: spaces around it do not count, and {@code +} stands for itself. */
final class PercentDecoding {

    private static final int HEX = 16;

    private PercentDecoding() {}

    /**
     * Decodes a part.
     *
     * @param part how a message names it, which never repeats the text: it may be a password
     * @throws InvalidConfigException when it holds spaces, control characters or a wrong percent sign
     */
    static String decode(String part, String text) {
        String trimmed = trim(text);
        ByteArrayOutputStream decoded = new ByteArrayOutputStream(trimmed.length());
        for (int at = 0; at < trimmed.length(); ) {
            int character = trimmed.codePointAt(at);
            if (character == '%') {
                decoded.write(octet(part, trimmed, at));
                at += "%XX".length();
            } else {
                requirePlain(part, character);
                decoded.writeBytes(Character.toString(character).getBytes(StandardCharsets.UTF_8));
                at += Character.charCount(character);
            }
        }
        return utf8(part, decoded.toByteArray());
    }

    private static String trim(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && text.charAt(start) == ' ') {
            start++;
        }
        while (start < end && text.charAt(end - 1) == ' ') {
            end--;
        }
        return text.substring(start, end);
    }

    private static void requirePlain(String part, int character) {
        if (character == ' ') {
            throw ConnectionUrl.malformed(part + " holds a space (percent-encode it as %20)");
        }
        if (Character.isWhitespace(character) || Character.isISOControl(character)) {
            throw ConnectionUrl.malformed(
                    part + " holds a line break or another control character (remove it, or" + " percent-encode it)");
        }
    }

    private static int octet(String part, String text, int percent) {
        int high = percent + 1 < text.length() ? Character.digit(text.charAt(percent + 1), HEX) : -1;
        int low = percent + 2 < text.length() ? Character.digit(text.charAt(percent + 2), HEX) : -1;
        if (high < 0 || low < 0) {
            throw ConnectionUrl.malformed(
                    part
                            + " holds a percent sign that is not followed by two hexadecimal digits (percent-encode it as %25)");
        }
        int octet = high * HEX + low;
        if (octet == 0) {
            throw ConnectionUrl.malformed(part + " holds %00, which PostgreSQL has in no text");
        }
        return octet;
    }

    private static String utf8(String part, byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw ConnectionUrl.malformed(part + " is not UTF-8 once it is percent-decoded");
        }
    }
}
