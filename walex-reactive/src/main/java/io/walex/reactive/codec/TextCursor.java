package io.walex.reactive.codec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Walks over the text form of a compound type: punctuation, and bare or quoted tokens between it. */
final class TextCursor {

    private final byte[] bytes;
    private final int start;
    private final int end;
    private int at;

    private byte[] token = {};
    private int tokenOffset;
    private int tokenLength;
    private boolean quoted;

    TextCursor(byte[] bytes, int offset, int length) {
        this.bytes = bytes;
        this.start = offset;
        this.at = offset;
        this.end = offset + length;
    }

    boolean atEnd() {
        return at == end;
    }

    boolean isAt(char punctuation) {
        return at < end && bytes[at] == punctuation;
    }

    boolean skip(char punctuation) {
        if (!isAt(punctuation)) {
            return false;
        }
        at++;
        return true;
    }

    void expect(char punctuation) {
        if (!skip(punctuation)) {
            throw malformed("'" + punctuation + "' expected");
        }
    }

    void skipThrough(char punctuation) {
        while (!skip(punctuation)) {
            next();
        }
    }

    /** Whatever stands here. */
    char next() {
        if (at == end) {
            throw malformed("more expected");
        }
        return (char) (bytes[at++] & 0xFF);
    }

    void finish() {
        if (at != end) {
            throw malformed("nothing more expected");
        }
    }

    /** Reads up to one of two marks or the end; the token is unquoted, without its escapes. */
    void readToken(char mark, char otherMark) {
        int from = at;
        boolean inQuotes = false;
        boolean escaped = false;
        quoted = false;
        while (at < end && (inQuotes || bytes[at] != mark && bytes[at] != otherMark)) {
            byte current = bytes[at++];
            if (current == '\\') {
                escaped = true;
                next();
            } else if (current == '"') {
                inQuotes = !inQuotes;
                quoted = true;
            }
        }
        if (inQuotes) {
            throw malformed("no closing quote");
        }
        setToken(from, escaped);
    }

    private void setToken(int from, boolean escaped) {
        token = bytes;
        tokenOffset = from;
        tokenLength = at - from;
        if (!quoted && !escaped) {
            return;
        }
        boolean simple = !escaped && bytes[from] == '"' && quoteAfter(from + 1) == at - 1;
        if (simple) {
            tokenOffset++;
            tokenLength -= 2;
        } else {
            token = unquoted(from);
            tokenOffset = 0;
            tokenLength = token.length;
        }
    }

    private int quoteAfter(int from) {
        int quote = from;
        while (bytes[quote] != '"') {
            quote++;
        }
        return quote;
    }

    /** A doubled quote within quotes is a quote; a backslash takes the next byte as it is. */
    private byte[] unquoted(int from) {
        byte[] plain = new byte[at - from];
        int length = 0;
        boolean inQuotes = false;
        for (int i = from; i < at; i++) {
            byte current = bytes[i];
            if (current == '\\') {
                plain[length++] = bytes[++i];
            } else if (current != '"') {
                plain[length++] = current;
            } else if (inQuotes && i + 1 < at && bytes[i + 1] == '"') {
                plain[length++] = bytes[++i];
            } else {
                inQuotes = !inQuotes;
            }
        }
        return Arrays.copyOf(plain, length);
    }

    /** Reads a whole range, brackets included, which may hold quoted text. */
    void readRange() {
        int from = at;
        char current = next();
        if (current != '[' && current != '(') {
            skipThrough('y'); // empty
        } else {
            boolean inQuotes = false;
            while (inQuotes || current != ']' && current != ')') {
                current = next();
                if (current == '\\') {
                    next();
                } else if (current == '"') {
                    inQuotes = !inQuotes;
                }
            }
        }
        token = bytes;
        tokenOffset = from;
        tokenLength = at - from;
        quoted = false;
    }

    boolean tokenIsEmpty() {
        return tokenLength == 0 && !quoted;
    }

    /** Whether the token is the bare word NULL, in any case. */
    boolean tokenIsNull() {
        return !quoted && tokenLength == 4 && tokenText().equalsIgnoreCase("null");
    }

    String tokenText() {
        return new String(token, tokenOffset, tokenLength, StandardCharsets.UTF_8);
    }

    Object token(ColumnCodec codec) {
        return codec.fromText(token, tokenOffset, tokenLength);
    }

    IllegalArgumentException malformed(String problem) {
        return new IllegalArgumentException("%s at byte %d of %d".formatted(problem, at - start, end - start));
    }
}
