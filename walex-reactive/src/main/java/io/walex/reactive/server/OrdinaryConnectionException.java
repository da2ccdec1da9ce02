package io.walex.reactive.server;

/**
 * A connection that was made for replication does not know its commands: something between us and the server has left out
 * what it does not know.
 */
public final class OrdinaryConnectionException extends RuntimeException {

    public OrdinaryConnectionException(Throwable cause) {
        super(cause.getMessage(), cause);
    }
}
