package io.walex.reactive.pgoutput;

/** Found while reading a message; {@link PgOutputDecoder} adds which message and where, and throws that instead. */
final class MalformedMessage extends RuntimeException {

    /** How far behind the buffer's reader index the problem stands. */
    final int ahead;

    MalformedMessage(String problem) {
        this(problem, 0);
    }

    MalformedMessage(String problem, int ahead) {
        super(problem, null, false, false);
        this.ahead = ahead;
    }
}
