package io.walex.reactive.snapshot;

/** A standby became a primary while a chunk was read, which is to be read again. The connection can be used again. */
final class PromotedServer extends RuntimeException {

    PromotedServer(SourceTable table) {
        super("The server was promoted while a chunk of table %s was read".formatted(table.name()), null, false, false);
    }
}
