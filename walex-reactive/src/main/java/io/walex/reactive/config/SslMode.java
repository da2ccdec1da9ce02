package io.walex.reactive.config;

import io.walex.reactive.error.InvalidConfigException;
import java.util.Locale;

/**
 * How the connection is secured, as libpq's {@code sslmode}.
 *
 * @see <a href="https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION">SSL mode descriptions</a>
 */
public enum SslMode {
    /** Never encrypted. */
    DISABLE,
    /** Not encrypted unless the server insists. */
    ALLOW,
    /** Encrypted if the server can; certificates are not checked. */
    PREFER,
    /** Encrypted; certificates are not checked. */
    REQUIRE,
    /** Encrypted; the certificate must come from a trusted authority. */
    VERIFY_CA,
    /** Encrypted; the certificate must come from a trusted authority and name the host. */
    VERIFY_FULL;

    /**
     * Parses libpq's spelling ({@code verify-full}).
     *
     * @throws InvalidConfigException for another text
     */
    public static SslMode parse(String text) {
        for (SslMode mode : values()) {
            if (mode.toString().equals(text)) {
                return mode;
            }
        }
        throw new InvalidConfigException(
                "Unknown sslmode \"" + text + "\"; use disable, allow, prefer, require, verify-ca or verify-full",
                null);
    }

    /** libpq's spelling. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
