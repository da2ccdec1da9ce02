package io.walex.reactive.snapshot;

/** The server took too long to read a chunk, and has stopped. The connection can be used again. */
final class SlowChunk extends RuntimeException {

    SlowChunk(SourceTable table, int millis) {
        super("A chunk of table %s took more than %d ms".formatted(table.name(), millis), null, false, false);
    }
}
