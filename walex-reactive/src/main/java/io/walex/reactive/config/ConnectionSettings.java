package io.walex.reactive.config;

import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the server is, and who we are to it. Two configurations with equal ones can share a connection: what a connection is
 * made of stands here and nowhere else.
 *
 * @param password null when there is none; equal only to itself, since what it will give is not known
 * @param sslManagers the same
 */
record ConnectionSettings(
        String host,
        int port,
        String username,
        @Nullable Supplier<? extends CharSequence> password,
        SslMode sslMode,
        @Nullable Path sslRootCert,
        @Nullable Path sslCert,
        @Nullable Path sslKey,
        @Nullable Supplier<SslManagers> sslManagers) {

    /** Without the password. */
    @Override
    public String toString() {
        return "%s@%s:%d".formatted(username, host, port);
    }
}
