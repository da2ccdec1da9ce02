package io.walex.reactive.snapshot;

/** More bytes came than a chunk may have. The connection can be used again. */
final class OversizedChunk extends RuntimeException {

    OversizedChunk(SourceTable table, long limit) {
        super("A chunk of table %s has more than %d bytes".formatted(table.name(), limit), null, false, false);
    }
}
