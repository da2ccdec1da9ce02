package io.walex.reactive.snapshot;

import io.netty.buffer.ByteBuf;
import io.walex.reactive.server.RowFrames;
import reactor.core.publisher.Mono;

/** Keeps rows up to a limit. */
final class LimitedRows implements RowFrames {

    private final SourceTable table;
    private final long limit;
    private final RowBuffer buffer;
    private boolean exceeded;

    LimitedRows(SourceTable table, long limit) {
        this.table = table;
        this.limit = limit;
        this.buffer = new RowBuffer(table.binary());
    }

    @Override
    public boolean take(ByteBuf frames, int length) {
        buffer.add(frames, length);
        // A single row is taken whatever its size, lest it could never be read.
        exceeded = buffer.bytes() > limit && buffer.rows() > 1;
        return !exceeded;
    }

    RowBuffer buffer() {
        return buffer;
    }

    /** The answer, unless there were more rows than may be; whatever the server says to being stopped. */
    <T> Mono<T> within(Mono<T> answer) {
        return answer.onErrorMap(error -> exceeded ? new OversizedChunk(table, limit) : error)
                .flatMap(value -> exceeded ? Mono.error(new OversizedChunk(table, limit)) : Mono.just(value));
    }
}
