package io.walex.reactive.server;

import java.time.Duration;

/** The server took too long to answer a query, although it was there, and has stopped it at the limit that came with it. */
public final class SlowQueryException extends RuntimeException {

    private final String reads;
    private final Duration limit;

    SlowQueryException(String reads, Duration limit, Throwable cause) {
        super("A query of " + reads + " was stopped after " + limit.toMillis() + " ms", cause);
        this.reads = reads;
        this.limit = limit;
    }

    /** What the query looks at: {@code pg_publication, pg_class}. */
    public String reads() {
        return reads;
    }

    /** How long the server worked on it. */
    public Duration limit() {
        return limit;
    }
}
