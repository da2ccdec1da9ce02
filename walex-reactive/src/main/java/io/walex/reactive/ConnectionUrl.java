package io.walex.reactive;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Reads connection URLs as libpq does: {@code postgresql://user:password@host:port/db?sslmode=require}.
 *
 * @see <a href="https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS">Connection URIs</a>
 */
final class ConnectionUrl {

    private static final String EXPECTED = "expected postgresql://user:password@host:port/database";

    private ConnectionUrl() {}

    static WalExConfig.Builder parse(String url) {
        URI uri = toUri(url);
        WalExConfig.Builder builder = new WalExConfig.Builder();
        if (!"postgres".equals(uri.getScheme()) && !"postgresql".equals(uri.getScheme())) {
            throw malformed("the scheme must be postgres or postgresql", null);
        }
        String host = uri.getHost();
        if (host == null) {
            throw malformed("it names no host, or more than one", null);
        }
        builder.host(host.startsWith("[") ? host.substring(1, host.length() - 1) : host);
        if (uri.getPort() >= 0) {
            builder.port(uri.getPort());
        }
        userInfo(uri.getRawUserInfo(), builder);
        String path = uri.getRawPath();
        if (path.length() > 1) {
            builder.database(decode(path.substring(1)));
        }
        if (uri.getRawQuery() != null) {
            for (String parameter : uri.getRawQuery().split("&")) {
                int equals = parameter.indexOf('=');
                if (equals < 0) {
                    // It is not repeated, since it may be the rest of a password that holds an ampersand.
                    throw malformed("a parameter has no value (percent-encode & in values)", null);
                }
                apply(decode(parameter.substring(0, equals)), decode(parameter.substring(equals + 1)), builder);
            }
        }
        return builder;
    }

    private static URI toUri(String url) {
        try {
            return new URI(url);
        } catch (URISyntaxException e) {
            // Its message repeats the URL, which may hold a password.
            throw malformed("illegal character at index " + e.getIndex() + " (percent-encode it)", null);
        }
    }

    private static void userInfo(@Nullable String userInfo, WalExConfig.Builder builder) {
        if (userInfo == null || userInfo.isEmpty()) {
            return;
        }
        int colon = userInfo.indexOf(':');
        builder.username(decode(colon < 0 ? userInfo : userInfo.substring(0, colon)));
        if (colon >= 0) {
            builder.password(decode(userInfo.substring(colon + 1)));
        }
    }

    private static void apply(String name, String value, WalExConfig.Builder builder) {
        switch (name) {
            case "sslmode" -> builder.sslMode(SslMode.parse(value));
            case "sslrootcert" -> builder.sslRootCert(file(name, value));
            case "sslcert" -> builder.sslCert(file(name, value));
            case "sslkey" -> builder.sslKey(file(name, value));
            case "user" -> builder.username(value);
            case "password" -> builder.password(value);
            case "application_name" -> builder.name(value);
            case "connect_timeout" -> builder.connectTimeout(seconds(name, value));
            default ->
                throw new UnknownOptionException(
                        "Unknown URL parameter \"" + name + "\"; known are sslmode, sslrootcert, sslcert, sslkey, user,"
                                + " password, application_name and connect_timeout",
                        null);
        }
    }

    private static Path file(String name, String value) {
        try {
            return Path.of(value);
        } catch (InvalidPathException e) {
            throw malformed(name + " is not the name of a file", null);
        }
    }

    private static Duration seconds(String name, String value) {
        try {
            return Duration.ofSeconds(Long.parseLong(value));
        } catch (NumberFormatException e) {
            throw malformed(name + " must be a number of seconds", null);
        }
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw malformed("a percent sign must be followed by two hexadecimal digits", null);
        }
    }

    private static InvalidUrlException malformed(String problem, @Nullable Throwable cause) {
        return new InvalidUrlException("Malformed connection URL: " + problem + "; " + EXPECTED, cause);
    }
}
