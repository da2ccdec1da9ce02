package io.walex.reactive.event;

import io.walex.reactive.codec.JsonValues;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;

/** What stands in a column instead of its value. Never asked about SQL NULL, which stays NULL. */
@FunctionalInterface
public interface Mask {

    /** Returns what is shown; from any thread, each time the column is read. */
    Object apply(Object value);

    /** The same for every value. A change of the column still shows as a change. */
    static Mask constant(Object shown) {
        Objects.requireNonNull(shown, "shown");
        return value -> shown;
    }

    /**
     * The SHA-256 digest of the salt and the value in UTF-8, as 64 lower-case hexadecimal digits. It is equal for equal
     * values, so masked columns can still be joined and counted. Text is digested as it is, anything else in its JSON
     * form without quotes.
     *
     * @param salt keep it secret: whoever knows it can try out likely values
     */
    static Mask sha256(String salt) {
        byte[] prefix = salt.getBytes(StandardCharsets.UTF_8);
        if (prefix.length == 0) {
            throw new IllegalArgumentException("The salt must not be empty");
        }
        return value -> {
            MessageDigest digest = sha256();
            digest.update(prefix);
            String text = value instanceof String string ? string : unquoted(JsonValues.text(value));
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        };
    }

    private static String unquoted(String json) {
        return json.startsWith("\"") ? json.substring(1, json.length() - 1) : json;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
