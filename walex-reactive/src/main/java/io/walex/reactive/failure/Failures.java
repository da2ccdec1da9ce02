package io.walex.reactive.failure;

import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.AuthenticationException;
import io.walex.reactive.error.CapacityException;
import io.walex.reactive.error.CatalogTimeoutException;
import io.walex.reactive.error.ConnectionLostException;
import io.walex.reactive.error.HostNotFoundException;
import io.walex.reactive.error.ServerUnreachableException;
import io.walex.reactive.error.SpillException;
import io.walex.reactive.error.WalExException;
import io.walex.reactive.pgoutput.PgOutputDecodingException;
import io.walex.reactive.server.ForeignSessionException;
import io.walex.reactive.server.OrdinaryConnectionException;
import io.walex.reactive.server.Refusal;
import io.walex.reactive.server.SlowQueryException;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import reactor.core.Exceptions;

/** Tells what a failure means for the caller. */
public final class Failures {

    private Failures() {}

    /** Of what failed before a stream ran, or beside it. */
    public static Throwable translate(Throwable failure, WalExConfig config, String slot) {
        return translate(failure, new Attempted(config, slot, false));
    }

    public static Throwable translate(Throwable failure, Attempted attempted) {
        Throwable error = Exceptions.unwrap(failure);
        if (error instanceof WalExException || error instanceof PgOutputDecodingException) {
            return error;
        }
        if (error instanceof UncheckedIOException spill) {
            return new SpillException(
                    "%s in %s, where %s keeps what was not committed yet: %s; make room there, set another spillDirectory(...), or raise spillMemory(...)"
                            .formatted(
                                    spill.getMessage(),
                                    attempted.config().spillDirectory(),
                                    attempted.slot(),
                                    reason(spill)),
                    error);
        }
        if (error instanceof SlowQueryException slow) {
            return slow(slow, attempted);
        }
        if (error instanceof ForeignSessionException) {
            return new ServerUnreachableException(
                    "%s gives no session that can be relied on: %s".formatted(attempted.server(), error.getMessage()),
                    error);
        }
        if (error instanceof OrdinaryConnectionException) {
            return Refusals.ordinaryConnection(attempted, error);
        }
        if (error instanceof EOFException) {
            return attempted.lost(String.valueOf(error.getMessage()), error);
        }
        WalExException byNetwork = NetworkFailures.explain(error, attempted);
        if (byNetwork != null) {
            return byNetwork;
        }
        Refusal refusal = Refusal.of(error);
        if (refusal != null) {
            return Refusals.explain(refusal, attempted, error);
        }
        return error instanceof IOException || error instanceof TimeoutException
                ? attempted.lost(String.valueOf(error.getMessage()), error)
                : error;
    }

    private static CatalogTimeoutException slow(SlowQueryException slow, Attempted attempted) {
        return new CatalogTimeoutException(
                "%s did not read %s of database \"%s\" for %s within %d ms, and has stopped that query; look in pg_locks there for a session that holds a lock on one of these, and whether the server is overloaded, or raise livenessTimeout(...), three quarters of which a query may take"
                        .formatted(
                                attempted.server(),
                                slow.reads(),
                                attempted.config().database(),
                                attempted.slot(),
                                slow.limit().toMillis()),
                slow);
    }

    /** The messages of some file system errors are no more than a path. */
    private static String reason(UncheckedIOException error) {
        IOException cause = Objects.requireNonNull(error.getCause());
        return cause instanceof FileSystemException file && file.getReason() == null
                ? cause.getClass().getSimpleName() + ": " + cause.getMessage()
                : String.valueOf(cause.getMessage());
    }

    /** Whether the server refused with one of these SQLSTATEs. */
    public static Predicate<Throwable> hasState(String... states) {
        return error -> {
            Refusal refusal = Refusal.of(error);
            return refusal != null && refusal.hasState(states);
        };
    }

    /**
     * Whether another attempt may mend it. Before a stream has run or stood by once, an unreachable server is a wrong address
     * and a refused login a wrong password; afterwards an outage, and a password that is being changed.
     */
    public static boolean isRetryable(Throwable failure, boolean hasJoined) {
        return failure instanceof ConnectionLostException
                || hasJoined
                        && (failure instanceof ServerUnreachableException
                                || failure instanceof AuthenticationException
                                || failure instanceof HostNotFoundException
                                || failure instanceof CatalogTimeoutException
                                || failure instanceof CapacityException);
    }
}
