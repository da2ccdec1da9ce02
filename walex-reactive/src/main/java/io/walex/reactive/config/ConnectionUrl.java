package io.walex.reactive.config;

import io.walex.reactive.error.InvalidConfigException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Reads connection URLs as libpq does: {@code postgresql://user:password@host:port/db?sslmode=require}. Where libpq takes
 * what is probably a password that is not percent-encoded for something else, and would connect elsewhere, this refuses it.
 * No message repeats a part of the URL that may belong to a password.
 *
 * @see <a href="https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS">Connection URIs</a>
 */
final class ConnectionUrl {

    private static final String EXPECTED = "expected postgresql://user:password@host:port/database";

    private static final String NO_SOCKETS =
            "a Unix-domain socket, as libpq takes it for, is not supported (name a host)";

    private static final int LONGEST_PORT = 5;

    private final WalExConfig.Builder builder = new WalExConfig.Builder();
    private String host = "";
    private String address = "";

    private ConnectionUrl() {}

    static WalExConfig.Builder parse(String url) {
        return new ConnectionUrl().read(withoutScheme(url.strip()));
    }

    private static String withoutScheme(String url) {
        for (String scheme : new String[] {"postgresql://", "postgres://"}) {
            if (url.startsWith(scheme)) {
                return url.substring(scheme.length());
            }
        }
        throw malformed("its scheme must be postgresql:// or postgres://");
    }

    private WalExConfig.Builder read(String url) {
        int slash = url.indexOf('/');
        int ask = url.indexOf('?');
        int head = slash >= 0 && (ask < 0 || slash < ask) ? slash : ask >= 0 ? ask : url.length();
        String authority = url.substring(0, head);
        String path = url.substring(head, ask < 0 ? url.length() : ask);
        requireEncoded(url, authority, path);
        int at = authority.indexOf('@');
        if (at >= 0) {
            userInfo(authority.substring(0, at));
        }
        server(authority.substring(at + 1));
        if (path.length() > 1) {
            builder.database(PercentDecoding.decode("the database's name", path.substring(1)));
        }
        if (ask >= 0) {
            query(url.substring(ask + 1));
        }
        return builder.host(toConnectTo());
    }

    /** A password with one of these is cut in two by it, and the second half would be a host, a database or a parameter. */
    private static void requireEncoded(String url, String authority, String path) {
        int at = authority.lastIndexOf('@');
        if (at >= 0 && authority.indexOf('@') < at) {
            throw notEncoded(authority, '@', "%40", "");
        }
        if (at >= 0 && authority.lastIndexOf('#', at) >= 0) {
            throw notEncoded(authority, '#', "%23", "");
        }
        if (path.indexOf('@') >= 0) {
            throw notEncoded(url, '/', "%2F", ", or the @ in the name of a database as %40");
        }
        int slash = url.indexOf('/');
        int behind = url.indexOf('@', authority.length());
        if (at < 0 && path.isEmpty() && behind >= 0 && (slash < 0 || behind < slash)) {
            throw notEncoded(url, '?', "%3F", ", or the @ in a parameter as %40");
        }
    }

    private static InvalidConfigException notEncoded(String text, char character, String encoded, String otherwise) {
        int colon = text.indexOf(':');
        String part = colon >= 0 && colon < text.indexOf(character) ? "the password" : "the user name";
        return malformed("%s holds %s %s (percent-encode it as %s%s)"
                .formatted(part, character == '@' ? "an" : "a", character, encoded, otherwise));
    }

    private void userInfo(String userInfo) {
        int colon = userInfo.indexOf(':');
        String user = PercentDecoding.decode("the user name", colon < 0 ? userInfo : userInfo.substring(0, colon));
        String password = colon < 0 ? "" : PercentDecoding.decode("the password", userInfo.substring(colon + 1));
        // As libpq has it, what is empty is not there.
        if (!user.isEmpty()) {
            builder.username(user);
        }
        if (!password.isEmpty()) {
            builder.password(password);
        }
    }

    private void server(String server) {
        requireOne(server);
        if (server.startsWith("[")) {
            bracketed(server);
            return;
        }
        int colon = server.indexOf(':');
        if (colon != server.lastIndexOf(':')) {
            throw malformed("the host has more than one colon (an IPv6 address stands in brackets, as in [::1]:5432)");
        }
        host = PercentDecoding.decode("the host", colon < 0 ? server : server.substring(0, colon));
        if (colon >= 0) {
            port(PercentDecoding.decode("the port", server.substring(colon + 1)));
        }
    }

    private void bracketed(String server) {
        int end = server.indexOf(']');
        if (end < 0) {
            throw malformed("the IPv6 address has no closing bracket");
        }
        if (end == 1) {
            throw malformed("the IPv6 address is empty");
        }
        String port = server.substring(end + 1);
        if (!port.isEmpty() && port.charAt(0) != ':') {
            throw malformed("the IPv6 address is followed by something else than :port or /database");
        }
        host = PercentDecoding.decode("the IPv6 address", server.substring(1, end));
        if (!port.isEmpty()) {
            port(PercentDecoding.decode("the port", port.substring(1)));
        }
    }

    private static void requireOne(String text) {
        if (text.indexOf(',') >= 0) {
            throw malformed("it names more than one host (name one: the primary, or an address that leads to it)");
        }
    }

    private void port(String text) {
        requireOne(text);
        if (text.isEmpty()) {
            return;
        }
        if (text.length() > LONGEST_PORT || !text.chars().allMatch(digit -> digit >= '0' && digit <= '9')) {
            // It is not repeated, since it may be the start of a password, or one that no host follows.
            throw malformed("the port is not a number from 1 to 65535 (percent-encode /, ? and # in a password)");
        }
        builder.port(Integer.parseInt(text));
    }

    private void query(String query) {
        String before = "";
        String[] parameters = query.split("&", -1);
        for (int i = 0; i < parameters.length; i++) {
            String parameter = parameters[i];
            if (parameter.isEmpty() && i == parameters.length - 1) {
                return;
            }
            int equals = parameter.indexOf('=');
            if (equals < 0) {
                // It is not repeated, since it may be the rest of a password that holds an ampersand.
                throw malformed("a parameter has no value (percent-encode & in values as %26)");
            }
            if (equals != parameter.lastIndexOf('=')) {
                throw malformed("the value of a parameter holds a = (percent-encode it as %3D)");
            }
            String name = PercentDecoding.decode("the name of a parameter", parameter.substring(0, equals));
            String value = PercentDecoding.decode("the value of a parameter", parameter.substring(equals + 1));
            apply(name, value, before);
            before = name;
        }
    }

    private void apply(String name, String value, String before) {
        switch (name) {
            case "host" -> host = value;
            case "hostaddr" -> address = value;
            case "port" -> port(value);
            case "dbname" -> builder.database(value);
            case "ssl" -> builder.sslMode(ssl(value));
            case "sslmode" -> builder.sslMode(SslMode.parse(value));
            case "sslrootcert" -> builder.sslRootCert(file(name, value));
            case "sslcert" -> builder.sslCert(file(name, value));
            case "sslkey" -> builder.sslKey(file(name, value));
            case "user" -> builder.username(value);
            case "password" -> builder.password(value);
            case "application_name" -> builder.name(value);
            case "connect_timeout" -> builder.connectTimeout(seconds(name, value));
            default -> throw unknown(name, before);
        }
    }

    private static InvalidConfigException unknown(String name, String before) {
        // What follows a password may be the rest of it.
        String what = before.equals("password")
                ? "Unknown URL parameter behind the password (percent-encode & in it as %26)"
                : "Unknown URL parameter \"" + name + "\"";
        return new InvalidConfigException(
                what + "; known are sslmode, sslrootcert, sslcert, sslkey, ssl, host, hostaddr, port, dbname, user,"
                        + " password, application_name and connect_timeout",
                null);
    }

    private String toConnectTo() {
        if (!host.isEmpty() && !address.isEmpty()) {
            throw malformed("it has both a host and hostaddr, which is not supported (name one of them)");
        }
        String named = host.isEmpty() ? address : host;
        requireOne(named);
        if (named.isEmpty()) {
            throw malformed("it names no host; " + NO_SOCKETS);
        }
        if (named.startsWith("/") || named.startsWith("@")) {
            throw malformed("the host is a directory; " + NO_SOCKETS);
        }
        if (named.chars().anyMatch(character -> Character.isWhitespace(character) || "#?/@".indexOf(character) >= 0)) {
            throw malformed("the host holds a character that no host's name has");
        }
        return named;
    }

    /** As libpq does for the sake of JDBC's URLs. */
    private static SslMode ssl(String value) {
        if (!value.equals("true")) {
            throw malformed("ssl may only be true (sslmode has the other choices)");
        }
        return SslMode.REQUIRE;
    }

    private static Path file(String name, String value) {
        try {
            return Path.of(value);
        } catch (InvalidPathException e) {
            throw malformed(name + " is not the name of a file");
        }
    }

    private static Duration seconds(String name, String value) {
        try {
            return Duration.ofSeconds(Long.parseLong(value));
        } catch (NumberFormatException e) {
            throw malformed(name + " must be a number of seconds");
        }
    }

    static InvalidConfigException malformed(String problem) {
        return new InvalidConfigException("Malformed connection URL: " + problem + "; " + EXPECTED, null);
    }
}
