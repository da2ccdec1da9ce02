package io.walex.reactive.config;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * What a TLS connection is made with, where certificates and keys are not in PEM files.
 *
 * @param trust whose certificates are accepted, with {@link SslMode#VERIFY_CA} and {@link SslMode#VERIFY_FULL}; null for the
 *     authorities that the JVM trusts
 * @param keys the client's own certificate; null for none
 */
public record SslManagers(
        @Nullable TrustManagerFactory trust, @Nullable KeyManagerFactory keys) {}
