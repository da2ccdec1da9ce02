package io.walex.reactive;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslClosedEngineException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.r2dbc.spi.R2dbcException;
import io.walex.reactive.pgoutput.PgOutputDecodingException;
import io.walex.reactive.replication.ServerError;
import io.walex.reactive.replication.SlowQueryException;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnknownHostException;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import reactor.core.Exceptions;

/**
 * Tells what a failure means for the caller. The driver types nearly all errors alike, so SQLSTATEs decide.
 *
 * @see <a href="https://www.postgresql.org/docs/current/errcodes-appendix.html">PostgreSQL error codes</a>
 */
final class Failures {

    private Failures() {}

    static Throwable translate(Throwable failure, WalExConfig config, String slot) {
        Throwable error = Exceptions.unwrap(failure);
        if (error.getClass().getName().endsWith("$SourceException") && error.getCause() != null) {
            error = error.getCause();
        }
        if (error instanceof WalExException || error instanceof PgOutputDecodingException) {
            return error;
        }
        if (error instanceof UncheckedIOException spool) {
            return new TransactionSpoolException(
                    "%s in %s, where %s keeps what was not committed yet: %s; make room there, set another spoolDirectory(...), or raise spoolMemory(...)"
                            .formatted(spool.getMessage(), config.spoolDirectory(), slot, reason(spool)),
                    error);
        }
        if (error instanceof SlowQueryException slow) {
            return CatalogTimeoutException.of(slow, config, slot);
        }
        if (error instanceof EOFException) {
            return lost(error, config, slot);
        }
        WalExException byNetwork = network(error, config);
        if (byNetwork != null) {
            return byNetwork;
        }
        if (error instanceof ServerError server) {
            return sqlState(error, server.sqlState(), config, slot);
        }
        if (error instanceof R2dbcException sql && sql.getSqlState() != null) {
            return sqlState(error, sql.getSqlState(), config, slot);
        }
        if (error instanceof IOException || error instanceof TimeoutException) {
            return lost(error, config, slot);
        }
        return error;
    }

    /** The messages of some file system errors are no more than a path. */
    private static String reason(UncheckedIOException error) {
        IOException cause = Objects.requireNonNull(error.getCause());
        return cause instanceof FileSystemException file && file.getReason() == null
                ? cause.getClass().getSimpleName() + ": " + cause.getMessage()
                : String.valueOf(cause.getMessage());
    }

    private static ConnectionLostException lost(Throwable error, WalExConfig config, String slot) {
        return new ConnectionLostException(
                "Connection to %s lost while streaming from %s: %s".formatted(server(config), slot, error.getMessage()),
                error);
    }

    /** Whether the server refused with one of these SQLSTATEs. */
    static Predicate<Throwable> hasState(String... states) {
        return error ->
                error instanceof R2dbcException sql && List.of(states).contains(String.valueOf(sql.getSqlState()));
    }

    private static @Nullable WalExException network(Throwable error, WalExConfig config) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnknownHostException) {
                return new HostNotFoundException(
                        "Host \"%s\" cannot be resolved; check the host name".formatted(config.host()), error);
            }
            if (isTls(cause) && isBroken(cause)) {
                return new ServerUnreachableException(
                        "The connection to %s broke before it was secured (%s); check that PostgreSQL listens there"
                                .formatted(server(config), cause.getMessage()),
                        error);
            }
            if (isTls(cause)) {
                return new TlsException(
                        "TLS with %s (sslmode %s) failed: %s; check the server's certificate, or choose another sslmode"
                                .formatted(server(config), config.sslMode(), cause.getMessage()),
                        error);
            }
            if (cause instanceof IllegalArgumentException
                    && config.password() == null
                    && String.valueOf(cause.getMessage()).startsWith("Password ")) {
                return new AuthenticationException(
                        "%s asks for the password of user \"%s\", and none is configured; set password(...)"
                                .formatted(server(config), config.username()),
                        error);
            }
            if (cause instanceof java.net.ConnectException) {
                return new ServerUnreachableException(
                        "Nothing answers at %s (%s); check host, port and firewall, and that PostgreSQL listens there"
                                .formatted(server(config), cause.getMessage()),
                        error);
            }
        }
        return null;
    }

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
                    || String.valueOf(cause.getMessage()).startsWith("Connection closed ")) {
                return true;
            }
        }
        return false;
    }

    private static WalExException sqlState(Throwable error, String state, WalExConfig config, String slot) {
        String says = String.valueOf(error.getMessage());
        return switch (state) {
            case "28P01", "28000" ->
                new AuthenticationException(
                        "%s refuses user \"%s\": %s; check user name, password and pg_hba.conf"
                                .formatted(server(config), config.username(), says),
                        error);
            case "3D000" ->
                new DatabaseNotFoundException(
                        "Database \"%s\" does not exist at %s; check its name"
                                .formatted(config.database(), server(config)),
                        error);
            case "42501" ->
                new InsufficientPrivilegeException(
                        "Role \"%s\" may not stream from %s: %s; %s"
                                .formatted(config.username(), slot, says, grant(says, config)),
                        error);
            case "55006" ->
                new SlotInUseException(
                        "%s; stop that consumer, use another slot, or choose whenInUse(WAIT)".formatted(sentence(says)),
                        error);
            case "53300" ->
                new CapacityException(
                        "%s has no connection left for %s: %s; raise max_wal_senders or max_connections"
                                .formatted(server(config), slot, says),
                        error);
            case "53400" ->
                new CapacityException(
                        "%s has no replication slot left for %s: %s; drop unused ones or raise max_replication_slots"
                                .formatted(server(config), slot, says),
                        error);
            case "42704" ->
                publication(says, config)
                        .<WalExException>map(name -> new PublicationNotFoundException(
                                "Publication \"%s\" was dropped while it was streamed from; create it again, and drop and make anew %s, which holds changes from before"
                                        .formatted(name, slot),
                                error))
                        .orElseGet(() -> new SlotNotFoundException(
                                "%s; create it, or let the stream do so".formatted(sentence(says)), error));
            case "55P03" ->
                new ServerException(
                        "Publication %s could not be changed, since another session holds a lock on it or on one of its tables (as VACUUM and CREATE INDEX CONCURRENTLY do): %s; wait for that session, which pg_locks tells, or end it"
                                .formatted(quoted(config.publications()), says),
                        error);
            case "58P01" -> invalidated(slot, says, error);
            case "55000", "0A000" -> notReady(error, state, config, slot);
            default ->
                isConnectionLoss(state)
                        ? new ConnectionLostException(
                                "Connection to %s lost while streaming from %s: %s"
                                        .formatted(server(config), slot, says),
                                error)
                        : refused(error, state, config, slot);
        };
    }

    /** PostgreSQL has one code for whatever is not as it must be; only its message tells what. */
    private static WalExException notReady(Throwable error, String state, WalExConfig config, String slot) {
        String says = String.valueOf(error.getMessage());
        if (says.contains("can no longer") || says.contains("cannot read from logical replication slot")) {
            return invalidated(slot, says, error);
        }
        if (says.contains("wal_level")) {
            return new WalLevelException(
                    "%s cannot decode for %s: %s; set it there and restart that server"
                            .formatted(server(config), slot, says),
                    error);
        }
        if (says.contains("recovery") || says.contains("cannot use replication slot")) {
            return new ServerUnreachableException(
                    "%s is a standby, where %s cannot be used: %s; promote it, or lead the address to the primary"
                            .formatted(server(config), slot, says),
                    error);
        }
        return refused(error, state, config, slot);
    }

    private static SlotInvalidatedException invalidated(String slot, String says, Throwable error) {
        return new SlotInvalidatedException(
                "%s can no longer be read: %s; drop it, and take a new snapshot of the tables".formatted(slot, says),
                error);
    }

    private static ServerException refused(Throwable error, String state, WalExConfig config, String slot) {
        return new ServerException(
                "%s refused to stream from %s: %s (SQLSTATE %s)"
                        .formatted(server(config), slot, error.getMessage(), state),
                error);
    }

    /** The message of a refused login quotes the database, that of a refused command does not. */
    private static String grant(String says, WalExConfig config) {
        if (says.contains("permission denied for database \"")) {
            return "grant it with GRANT CONNECT ON DATABASE \"%s\" TO \"%s\""
                    .formatted(config.database(), config.username());
        }
        if (says.contains("permission denied for database")) {
            return "grant it with GRANT CREATE ON DATABASE \"%s\" TO \"%s\", or create the publication as another role"
                    .formatted(config.database(), config.username());
        }
        if (says.contains("must be owner") || says.contains("must be superuser to create")) {
            return "create the publication as the owner of the tables, or as a superuser";
        }
        return "grant it with ALTER ROLE ... REPLICATION (Amazon RDS: GRANT rds_replication)";
    }

    /** PostgreSQL has one code for all that does not exist; only its message tells which. */
    private static Optional<String> publication(String says, WalExConfig config) {
        return config.publications().stream()
                .filter(name -> says.contains('"' + name + '"'))
                .findFirst();
    }

    private static String quoted(List<String> names) {
        return '"' + String.join("\", \"", names) + '"';
    }

    /** The server's messages start in lower case. */
    private static String sentence(@Nullable String says) {
        return says == null || says.isEmpty()
                ? "No reason given"
                : Character.toUpperCase(says.charAt(0)) + says.substring(1);
    }

    private static boolean isConnectionLoss(String state) {
        // 57014: an administrator cancelled what the walsender was doing.
        return state.startsWith("08") || state.startsWith("57P") || state.equals("57014");
    }

    private static String server(WalExConfig config) {
        return config.host() + ":" + config.port();
    }

    /**
     * Whether another attempt may mend it. Before a stream has run or stood by once, an unreachable server is a wrong address
     * and a refused login a wrong password; afterwards an outage, and a password that is being changed.
     */
    static boolean isRetryable(Throwable failure, boolean hasJoined) {
        return failure instanceof ConnectionLostException
                || hasJoined
                        && (failure instanceof ServerUnreachableException
                                || failure instanceof AuthenticationException
                                || failure instanceof HostNotFoundException
                                || failure instanceof CatalogTimeoutException
                                || failure instanceof CapacityException);
    }
}
