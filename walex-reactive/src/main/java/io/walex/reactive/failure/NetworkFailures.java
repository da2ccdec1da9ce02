package io.walex.reactive.failure;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslClosedEngineException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.AuthenticationException;
import io.walex.reactive.error.HostNotFoundException;
import io.walex.reactive.error.ServerUnreachableException;
import io.walex.reactive.error.TlsException;
import io.walex.reactive.error.WalExException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What goes wrong between here and the server, before the server says anything. */
final class NetworkFailures {

    private NetworkFailures() {}

    /** Null where no cause of the error is one of them. */
    static @Nullable WalExException explain(Throwable error, Attempted attempted) {
        WalExConfig config = attempted.config();
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnknownHostException) {
                return new HostNotFoundException(
                        "Host \"%s\" cannot be resolved; check the host name".formatted(config.host()), error);
            }
            if (isTls(cause) && isBroken(cause)) {
                return new ServerUnreachableException(
                        "The connection to %s broke before it was secured (%s); check that PostgreSQL listens there"
                                .formatted(attempted.server(), cause.getMessage()),
                        error);
            }
            if (isTls(cause)) {
                return new TlsException(
                        "TLS with %s (sslmode %s) failed: %s; check the server's certificate, or choose another sslmode"
                                .formatted(attempted.server(), config.sslMode(), cause.getMessage()),
                        error);
            }
            if (isMissingPassword(cause, config)) {
                return new AuthenticationException(
                        "%s asks for the password of user \"%s\", and none is configured; set password(...)"
                                .formatted(attempted.server(), config.username()),
                        error);
            }
            if (cause instanceof ConnectException) {
                return new ServerUnreachableException(
                        "Nothing answers at %s (%s); check host, port and firewall, and that PostgreSQL listens there"
                                .formatted(attempted.server(), cause.getMessage()),
                        error);
            }
        }
        return null;
    }

    /** Those of Netty and the driver have no common type; some of them are not even public. */
    private static boolean isTls(Throwable cause) {
        return cause instanceof SSLException || cause.getClass().getSimpleName().contains("Ssl");
    }

    /** No matter of certificates: a server that goes down, or a network that breaks, at the worst moment. */
    private static boolean isBroken(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof SslHandshakeTimeoutException
                    || cause instanceof SslClosedEngineException
                    || cause instanceof NotSslRecordException
                    || cause instanceof IOException && !(cause instanceof SSLException)
                    // Netty's and the driver's own text, which is never translated; they have no type for it.
                    || String.valueOf(cause.getMessage()).startsWith("Connection closed ")) {
                return true;
            }
        }
        return false;
    }

    /** The driver's own text, which is never translated; it has no type for it. */
    private static boolean isMissingPassword(Throwable cause, WalExConfig config) {
        return cause instanceof IllegalArgumentException
                && !config.hasPassword()
                && String.valueOf(cause.getMessage()).startsWith("Password ");
    }
}
