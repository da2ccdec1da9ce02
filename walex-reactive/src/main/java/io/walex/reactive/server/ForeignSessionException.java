package io.walex.reactive.server;

/** A session in which one of our settings is not in force: what stands in it would mean something else than we say. */
public final class ForeignSessionException extends RuntimeException {

    ForeignSessionException(String message) {
        super(message);
    }
}
