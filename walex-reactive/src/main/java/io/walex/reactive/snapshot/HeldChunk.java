package io.walex.reactive.snapshot;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A chunk from when it is asked for until its rows have been delivered. Confined to the subscription's event loop. */
final class HeldChunk {

    final TableRun run;
    final SourceRun source;

    /** What is read. */
    final Portion portion;

    final GatedChunks.Chunk gate;

    /** Which plan of its source it belongs to. */
    private final int plan;

    private @Nullable ChunkRows rows;
    private RowBuffer.@Nullable Cursor cursor;

    private long askedAt;

    /** Whether it is known up to where what it waits for is flushed. */
    boolean isFlushed;

    /** When its rows came, by the clock of the event loop. */
    long arrivedAt;

    HeldChunk(SourceRun source, Portion portion) {
        this.run = source.run();
        this.source = source;
        this.portion = portion;
        this.plan = source.plan();
        this.gate = run.merge().open();
    }

    void asked(long now) {
        askedAt = now;
    }

    long tookMillis() {
        return TimeUnit.NANOSECONDS.toMillis(arrivedAt - askedAt);
    }

    void arrived(ChunkRows read, long now) {
        rows = read;
        cursor = read.rows().cursor();
        arrivedAt = now;
    }

    /** Whether it was planned for what the table has become since: a rewrite moves rows without an event. */
    boolean isOutdated() {
        return plan != source.plan();
    }

    ChunkRows rows() {
        return Objects.requireNonNull(rows, "rows have arrived");
    }

    /** How many of its rows were not looked at. */
    int remaining() {
        return rows().rows().rows() - cursor().row();
    }

    RowBuffer.Cursor cursor() {
        return Objects.requireNonNull(cursor, "rows have arrived");
    }
}
