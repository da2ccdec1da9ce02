package io.walex.reactive.snapshot;

import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.server.Connector;
import io.walex.reactive.server.ServerConnection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;

/**
 * Waits for the stream to pass what a chunk's snapshot shows. A busy stream does by itself. On a quiet one the server is
 * asked how far it has come. It sends what is flushed only, and WAL of a transaction that stays open may not be for
 * seconds; but a commit that a snapshot shows is flushed after three {@code wal_writer_delay}, so what is flushed by then
 * is enough to wait for. On a standby, what is replayed by then is.
 *
 * <p>Confined to the subscription's event loop.
 *
 * @see <a href="https://www.postgresql.org/docs/current/wal-async-commit.html">Asynchronous Commit</a>
 */
final class TargetWait {

    private static final Logger LOG = LoggerFactory.getLogger(TargetWait.class);

    private static final long FIRST_PAUSE_MILLIS = 10;
    private static final long LONGEST_PAUSE_MILLIS = 1000;
    private static final Duration SHORTEST_FLUSH = Duration.ofSeconds(1);

    private final SnapshotHost host;
    private final Connector connector;
    private final boolean strict;
    private final boolean nudge;
    private final Supplier<List<HeldChunk>> waiting;
    private final BooleanSupplier starting;
    private Duration flush = SHORTEST_FLUSH;
    private @Nullable Disposable timer;
    private long pauseMillis = FIRST_PAUSE_MILLIS;
    private boolean asking;
    private boolean closed;

    /** The highest insert position that is known to hold no commit which is not flushed by that place. */
    private long settledInsert;

    private long settledFlush;

    private long nudgedAt = Long.MIN_VALUE / 2;

    /**
     * Waits for nothing yet.
     *
     * @param waiting the chunks that the stream has not passed
     * @param starting whether the stream has not passed the snapshot's start
     */
    TargetWait(
            SnapshotHost host,
            Connector connector,
            boolean strict,
            boolean nudge,
            Supplier<List<HeldChunk>> waiting,
            BooleanSupplier starting) {
        this.host = host;
        this.connector = connector;
        this.strict = strict;
        this.nudge = nudge;
        this.waiting = waiting;
        this.starting = starting;
    }

    /** How long an asynchronous commit may stay unflushed. */
    void flushedWithin(Duration walWriterDelay) {
        Duration bound = walWriterDelay.multipliedBy(3).plusMillis(400);
        flush = bound.compareTo(SHORTEST_FLUSH) > 0 ? bound : SHORTEST_FLUSH;
    }

    /** A chunk has come, or a table is complete: what it waits for may be a moment away. */
    void check() {
        if (timer == null) {
            pauseMillis = FIRST_PAUSE_MILLIS;
            ask();
        }
    }

    private void ask() {
        List<HeldChunk> late = waiting.get();
        if (closed || late.isEmpty() && !starting.getAsBoolean()) {
            return;
        }
        for (HeldChunk chunk : late) {
            if (settledFlush != 0 && chunk.rows().visibility().target() == settledInsert) {
                chunk.gate.target(settledFlush);
            }
        }
        host.askForKeepalive().run();
        timer = host.loop().scheduler().schedule(this::again, pauseMillis, TimeUnit.MILLISECONDS);
        lowerOld(late);
    }

    /** A stream that is far behind is asked less and less often. */
    private void again() {
        timer = null;
        pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
        ask();
    }

    private void lowerOld(List<HeldChunk> late) {
        if (asking) {
            return;
        }
        long now = now();
        List<HeldChunk> old = strict
                ? List.of()
                : late.stream()
                        .filter(chunk -> !chunk.isFlushed)
                        .filter(chunk -> now - chunk.arrivedAt >= flush.toNanos())
                        .toList();
        if (!old.isEmpty()) {
            query(TargetWait::flushed, old);
        } else if (nudge && now - nudgedAt >= SHORTEST_FLUSH.toNanos()) {
            nudgedAt = now;
            query(TargetWait::nudge, old);
        }
    }

    private void query(Function<ServerConnection, Mono<Long>> question, List<HeldChunk> old) {
        asking = true;
        ServerConnection.use(connector, question).subscribe(new Flushed(old));
    }

    private static Mono<Long> flushed(ServerConnection server) {
        return server.rows("""
                        SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_flush_lsn() END::text
                               AS flushed""")
                .single()
                .map(row -> Lsn.parse(ServerConnection.text(row, "flushed")).value());
    }

    /** A transaction id is all that is written; the WAL writer flushes its commit, and what was before it. */
    private static Mono<Long> nudge(ServerConnection server) {
        return server.rows("SELECT pg_current_xact_id()::text AS xid").then(Mono.just(0L));
    }

    private long now() {
        return host.loop().scheduler().now(TimeUnit.NANOSECONDS);
    }

    void close() {
        closed = true;
        if (timer != null) {
            timer.dispose();
        }
    }

    private final class Flushed extends BaseSubscriber<Long> {

        private final List<HeldChunk> old;

        Flushed(List<HeldChunk> old) {
            this.old = old;
        }

        @Override
        protected void hookOnNext(Long flushed) {
            host.loop().run(() -> {
                for (HeldChunk chunk : old) {
                    long target = chunk.rows().visibility().target();
                    chunk.isFlushed = true;
                    if (Long.compareUnsigned(flushed, target) < 0) {
                        chunk.gate.target(flushed);
                        settledInsert = target;
                        settledFlush = flushed;
                    }
                }
                host.resume().run();
            });
        }

        @Override
        protected void hookOnError(Throwable error) {
            LOG.debug("The server could not be asked what it has flushed", error);
        }

        @Override
        protected void hookFinally(SignalType type) {
            host.loop().run(() -> asking = false);
        }
    }
}
