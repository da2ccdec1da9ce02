package io.walex.reactive.codec;

import java.nio.charset.StandardCharsets;

/** The text forms that JSON can take as they are, or nearly so. */
final class DirectJson {

    private static final String DATE = "dddd-dd-dd";
    private static final String TIME = "dd:dd:dd";
    private static final String UUID = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

    private DirectJson() {}

    static boolean string(byte[] bytes, int offset, int length, JsonBytes json) {
        json.text(bytes, offset, length);
        return true;
    }

    static boolean bool(byte[] bytes, int offset, int length, JsonBytes json) {
        if (length != 1 || bytes[offset] != 't' && bytes[offset] != 'f') {
            return false;
        }
        json.bool(bytes[offset] == 't');
        return true;
    }

    /** Integers; with one digit more, they might not be in the type's range. */
    static TextJson integer(int safeDigits) {
        return (bytes, offset, length, json) -> length <= safeDigits
                && wholeEnd(bytes, offset, length) == offset + length
                && plain(bytes, offset, length, json);
    }

    /** Integers without a sign. */
    static TextJson natural(int safeDigits) {
        TextJson integer = integer(safeDigits);
        return (bytes, offset, length, json) ->
                length > 0 && bytes[offset] != '-' && integer.write(bytes, offset, length, json);
    }

    static boolean decimal(byte[] bytes, int offset, int length, JsonBytes json) {
        int end = offset + length;
        int at = wholeEnd(bytes, offset, length);
        if (at >= 0 && at + 1 < end && bytes[at] == '.') {
            at = digitsEnd(bytes, at + 1, end);
        }
        return at == end && plain(bytes, offset, length, json);
    }

    /** With an exponent, too, and a negative zero. */
    static boolean floating(byte[] bytes, int offset, int length, JsonBytes json) {
        int end = offset + length;
        int from = length > 0 && bytes[offset] == '-' ? offset + 1 : offset;
        int at = digitsEnd(bytes, from, end);
        if (at == from || at > from + 1 && bytes[from] == '0') {
            return false;
        }
        if (at + 1 < end && bytes[at] == '.') {
            at = digitsEnd(bytes, at + 1, end);
            if (bytes[at - 1] == '.') {
                return false;
            }
        }
        if (at + 2 < end && bytes[at] == 'e' && (bytes[at + 1] == '-' || bytes[at + 1] == '+')) {
            at = digitsEnd(bytes, at + 2, end);
            if (!isDigit(bytes[at - 1])) {
                return false;
            }
        }
        return at == end && plain(bytes, offset, length, json);
    }

    static boolean uuid(byte[] bytes, int offset, int length, JsonBytes json) {
        return length == UUID.length() && isLike(UUID, bytes, offset) && string(bytes, offset, length, json);
    }

    /** The hexadecimal one of {@code bytea_output}'s forms. */
    static boolean bytea(byte[] bytes, int offset, int length, JsonBytes json) {
        if (length < 2 || length % 2 != 0 || bytes[offset] != '\\' || bytes[offset + 1] != 'x') {
            return false;
        }
        for (int i = offset + 2; i < offset + length; i++) {
            if (!isHex(bytes[i])) {
                return false;
            }
        }
        return string(bytes, offset, length, json);
    }

    static boolean date(byte[] bytes, int offset, int length, JsonBytes json) {
        return length == DATE.length() && isLike(DATE, bytes, offset) && string(bytes, offset, length, json);
    }

    static boolean time(byte[] bytes, int offset, int length, JsonBytes json) {
        return isTime(bytes, offset, length) && string(bytes, offset, length, json);
    }

    static boolean timestamp(byte[] bytes, int offset, int length, JsonBytes json) {
        if (!isTimestamp(bytes, offset, length)) {
            return false;
        }
        openTimestamp(bytes, offset, length, json);
        json.closeString();
        return true;
    }

    /** In a session whose time zone is UTC. */
    static boolean timestamptz(byte[] bytes, int offset, int length, JsonBytes json) {
        int local = length - "+00".length();
        int zone = offset + local;
        if (local < 0 || bytes[zone] != '+' || bytes[zone + 1] != '0' || bytes[zone + 2] != '0') {
            return false;
        }
        if (!isTimestamp(bytes, offset, local)) {
            return false;
        }
        openTimestamp(bytes, offset, local, json);
        json.put('Z');
        json.closeString();
        return true;
    }

    /** Without the blanks between its tokens. */
    static boolean jsonb(byte[] bytes, int offset, int length, JsonBytes json) {
        int end = offset + length;
        if (length == 0 || !isUtf8(bytes, offset, length)) {
            return false;
        }
        json.separate();
        boolean quoted = false;
        int from = offset;
        for (int i = offset; i < end; i++) {
            byte next = bytes[i];
            if (next == '"') {
                quoted = !quoted;
            } else if (quoted && next == '\\') {
                i++;
            } else if (!quoted && next == ' ') {
                json.append(bytes, from, i - from);
                from = i + 1;
            }
        }
        json.append(bytes, from, end - from);
        return true;
    }

    /** False also for a text that has the character by which Java replaces what is no UTF-8. */
    private static boolean isUtf8(byte[] bytes, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if (bytes[i] < 0) {
                return new String(bytes, i, offset + length - i, StandardCharsets.UTF_8).indexOf('\uFFFD') < 0;
            }
        }
        return true;
    }

    private static boolean plain(byte[] bytes, int offset, int length, JsonBytes json) {
        json.separate();
        json.append(bytes, offset, length);
        return true;
    }

    /** Where a JSON number's whole part ends; -1 when it is none, or may be a negative zero. */
    private static int wholeEnd(byte[] bytes, int offset, int length) {
        int end = offset + length;
        int from = length > 0 && bytes[offset] == '-' ? offset + 1 : offset;
        int wholeEnd = digitsEnd(bytes, from, end);
        boolean zero = from < end && bytes[from] == '0';
        return wholeEnd == from || zero && (from > offset || wholeEnd > from + 1) ? -1 : wholeEnd;
    }

    private static int digitsEnd(byte[] bytes, int from, int end) {
        int at = from;
        while (at < end && isDigit(bytes[at])) {
            at++;
        }
        return at;
    }

    private static void openTimestamp(byte[] bytes, int offset, int length, JsonBytes json) {
        json.openString();
        json.append(bytes, offset, DATE.length());
        json.put('T');
        json.append(bytes, offset + DATE.length() + 1, length - DATE.length() - 1);
    }

    private static boolean isTimestamp(byte[] bytes, int offset, int length) {
        int time = DATE.length() + 1;
        return length >= time
                && isLike(DATE, bytes, offset)
                && bytes[offset + time - 1] == ' '
                && isTime(bytes, offset + time, length - time);
    }

    /** With a fraction of up to microseconds that does not end with a zero. */
    private static boolean isTime(byte[] bytes, int offset, int length) {
        if (length < TIME.length() || !isLike(TIME, bytes, offset)) {
            return false;
        }
        int point = offset + TIME.length();
        int end = offset + length;
        return point == end
                || bytes[point] == '.'
                        && end - point > 1
                        && end - point <= 7
                        && digitsEnd(bytes, point + 1, end) == end
                        && bytes[end - 1] != '0';
    }

    /** Whether it has a digit for each d, a hexadecimal one for each x, and else what the form has. */
    private static boolean isLike(String form, byte[] bytes, int offset) {
        for (int i = 0; i < form.length(); i++) {
            byte next = bytes[offset + i];
            boolean fits = switch (form.charAt(i)) {
                case 'd' -> isDigit(next);
                case 'x' -> isHex(next);
                default -> next == form.charAt(i);
            };
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    private static boolean isDigit(byte next) {
        return next >= '0' && next <= '9';
    }

    /** PostgreSQL writes small letters. */
    private static boolean isHex(byte next) {
        return isDigit(next) || next >= 'a' && next <= 'f';
    }
}
