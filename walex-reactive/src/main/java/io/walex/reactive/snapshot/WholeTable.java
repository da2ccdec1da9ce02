package io.walex.reactive.snapshot;

import io.walex.reactive.replication.SubscriptionLoop;
import io.walex.reactive.server.Connector;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * Reads a table whose rows cannot be told apart: all in one transaction, and the stream stands still from when it has passed
 * what the snapshot shows until all rows were delivered. Confined to the subscription's event loop.
 */
final class WholeTable {

    private static final Logger LOG = LoggerFactory.getLogger(WholeTable.class);

    private static final long LARGE = 1L << 30;
    private static final long MOST_OF_A_CHUNK = 8 << 20;
    private static final long RETRY_MILLIS = 100;

    private final TableRun run;
    private final SourceRun source;
    private final SubscriptionLoop loop;
    private final ChunkWorker worker;
    private final SnapshotJob.Owner owner;
    private final Runnable resume;
    private final Deque<TidRange> todo = new ArrayDeque<>();

    /** Holds no rows: it is the snapshot that all are read in. */
    private @Nullable HeldChunk opened;

    private @Nullable HeldChunk next;
    private boolean arrived;
    private boolean reading;
    private boolean holding;
    private boolean first;
    private boolean over;

    WholeTable(TableRun run, SubscriptionLoop loop, Connector connector, SnapshotJob.Owner owner, Runnable resume) {
        this.run = run;
        this.source = run.sources().get(0);
        this.loop = loop;
        this.worker = new ChunkWorker(connector, loop);
        this.owner = owner;
        this.resume = resume;
        if (source.table().bytes() > LARGE) {
            LOG.warn(
                    "Table {} has no key and {} MiB: the stream stands still while all of it is delivered; add a primary key, or REPLICA IDENTITY USING INDEX",
                    run.name(),
                    source.table().bytes() >> 20);
        }
    }

    TableRun run() {
        return run;
    }

    /** Takes the snapshot. */
    void open() {
        run.started = true;
        HeldChunk chunk = new HeldChunk(source, new Portion.Repairs(run, List.of()));
        opened = chunk;
        arrived = false;
        worker.read(connection -> connection.begin(source.table()), (rows, error) -> opened(chunk, rows, error));
    }

    private void opened(HeldChunk chunk, @Nullable ChunkRows rows, @Nullable Throwable error) {
        if (rows == null) {
            failed(error);
            return;
        }
        chunk.arrived(rows, loop.scheduler().now(TimeUnit.NANOSECONDS));
        boolean changed =
                rows.filenode() != source.table().filenode() || !rows.relation().describesAs(run.relation());
        if (changed || run.merge().arrived(chunk.gate, rows.visibility()) != GatedChunks.Arrival.USABLE) {
            again();
            if (changed && !run.planning) {
                owner.changed(run);
            }
            return;
        }
        arrived = true;
        resume.run();
        loop.execute(owner::waits);
    }

    /** What has been opened and waits for the stream; null when nothing does. */
    @Nullable
    HeldChunk waiting() {
        return arrived && !holding ? opened : null;
    }

    /** Something was delivered that the snapshot does not show: another one is taken. */
    void check() {
        HeldChunk chunk = waiting();
        if (chunk != null && run.merge().isVoid(chunk.gate)) {
            again();
        }
    }

    /** The stream has passed the snapshot: it stands still from here on. */
    void hold() {
        holding = true;
        first = true;
        run.rows = 0;
        run.bytes = 0;
        todo.clear();
        todo.addAll(source.ranges());
        readNext();
    }

    boolean isHolding() {
        return holding;
    }

    /** The rows to be delivered next; null when they have not come. */
    @Nullable
    HeldChunk next() {
        return next;
    }

    /** Whether what the subscriber has of the table is of no use from here on; true once. */
    boolean isFirst() {
        boolean was = first;
        first = false;
        return was;
    }

    /** All of {@link #next} was delivered. */
    void delivered() {
        next = null;
        readNext();
    }

    /** Whether all rows were delivered. */
    boolean isRead() {
        return holding && next == null && !reading && todo.isEmpty();
    }

    private void readNext() {
        TidRange range = todo.pollFirst();
        if (range == null) {
            return;
        }
        reading = true;
        Portion portion = new Portion.Pages(source, range);
        HeldChunk chunk = new HeldChunk(source, portion);
        run.merge().discard(chunk.gate);
        ChunkQuery query = portion.query("", MOST_OF_A_CHUNK);
        worker.read(
                connection -> connection.readNext(source.table(), query),
                (rows, error) -> came(chunk, range, rows, error));
    }

    private void came(HeldChunk chunk, TidRange range, @Nullable RowBuffer rows, @Nullable Throwable error) {
        reading = false;
        if (error instanceof OversizedChunk) {
            List<TidRange> halves = range.halves();
            todo.addFirst(halves.get(1));
            todo.addFirst(halves.get(0));
            readNext();
        } else if (rows == null || opened == null) {
            failed(error);
        } else {
            ChunkRows shown = opened.rows();
            chunk.arrived(new ChunkRows(shown.visibility(), shown.filenode(), shown.relation(), rows), 0);
            next = chunk;
            if (rows.rows() == 0) {
                delivered();
            }
            resume.run();
        }
    }

    private void failed(@Nullable Throwable error) {
        boolean held = holding;
        worker.disconnectIfBroken();
        ChunkReading.Verdict verdict = owner.failed(
                run, error == null ? new IllegalStateException("A table was read and did not come") : error);
        if (held) {
            run.attempt++;
        }
        if (verdict == ChunkReading.Verdict.LATER) {
            again();
        } else {
            end();
        }
        resume.run();
    }

    /** Lets the stream go on, and begins anew. */
    private void again() {
        letGo();
        worker.read(ChunkConnection::end, (done, error) -> later());
    }

    private void later() {
        if (!over) {
            loop.scheduler().schedule(this::openUnlessOver, RETRY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void openUnlessOver() {
        if (!over) {
            open();
        }
    }

    private void letGo() {
        HeldChunk chunk = opened;
        if (chunk != null) {
            run.merge().discard(chunk.gate);
        }
        opened = null;
        next = null;
        arrived = false;
        holding = false;
    }

    /** All was delivered: the transaction ends, and the stream goes on. */
    void end() {
        if (over) {
            return;
        }
        over = true;
        letGo();
        worker.read(ChunkConnection::end, (done, error) -> worker.close().subscribe(new ReportListener.Ignored()));
    }

    Mono<Void> close() {
        over = true;
        letGo();
        return worker.close();
    }
}
