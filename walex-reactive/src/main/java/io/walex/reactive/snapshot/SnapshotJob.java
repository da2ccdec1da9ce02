package io.walex.reactive.snapshot;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventTuples;
import io.walex.reactive.event.SnapshotTable;
import io.walex.reactive.event.TransactionSignal;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.pgoutput.Relation;
import io.walex.reactive.replication.Acknowledgements;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * What is delivered of one snapshot: it follows what the stream delivers meanwhile, and hands out what is left of a chunk
 * when the stream has passed it. Confined to the subscription's event loop.
 */
final class SnapshotJob implements ChunkReading.Listener {

    /** What the job leaves to its owner. */
    interface Owner {

        /** How far the snapshot is, with what was delivered now. */
        String progress();

        /** Something was acknowledged. */
        void save();

        /** The same, and the slot must not move before it is saved. */
        void saveBefore(Acknowledgements.Ticket hold);

        /** Whether what was acknowledged before is not saved yet. */
        boolean isBehind();

        /** A table has changed its form, or its rows have moved: it is to be planned anew. */
        void changed(TableRun run);

        /** A chunk could not be read. */
        ChunkReading.Verdict failed(TableRun run, Throwable error);

        /** Chunks wait for the stream to pass them. */
        void waits();
    }

    private final String name;
    private final SnapshotHost host;
    private final SnapshotPlan plan;
    private final boolean durable;
    private final Function<TableRun, WholeTable> wholeTables;
    private final Owner owner;
    /** Those that are not over, by what the stream calls them. */
    private final Map<Integer, TableRun> runs = new HashMap<>();

    /** Those of which something was read, and that are not over. */
    private final Set<TableRun> begun = new LinkedHashSet<>();

    private final ChunkReading reading;

    private @Nullable WholeTable whole;
    private TransactionSignal.@Nullable Begin transaction;
    private Acknowledgements.@Nullable Ticket hold;

    /** Of the transaction that is being delivered. */
    private boolean hasRepairs;

    private long reached;
    private @Nullable StartWait start;

    /** Unsigned. */
    private long startTarget = -1;

    /** Nothing is read before the stream has come here; unsigned. */
    private long readsBehind;

    private boolean delivering;

    /** The highest that a chunk waited for that was delivered; unsigned. */
    private long highestTarget;

    SnapshotJob(
            String name,
            SnapshotHost host,
            SnapshotPlan plan,
            boolean durable,
            Function<ChunkReading.Listener, ChunkReading> reading,
            Function<TableRun, WholeTable> wholeTables,
            Owner owner) {
        this.wholeTables = wholeTables;
        this.name = name;
        this.host = host;
        this.plan = plan;
        this.durable = durable;
        this.owner = owner;
        this.reading = reading.apply(this);
        plan.runs().stream().filter(run -> !run.isOver()).forEach(this::follow);
    }

    private void follow(TableRun run) {
        runs.put(run.oid(), run);
    }

    /** What is delivered from here on is told to this too. */
    void follow(StartWait wait) {
        start = wait;
    }

    /** Nothing is handed out before the stream has come here. */
    void startsBehind(Lsn lsn) {
        startTarget = lsn.value();
    }

    /** Reads, and adds to the stream what has come. */
    void run() {
        delivering = true;
        reading.run();
        // A table without pages is complete at once.
        host.resume().run();
    }

    /** Reads no more, and adds what was read. */
    void pause() {
        reading.pause();
    }

    Lsn highestTarget() {
        return Lsn.of(highestTarget);
    }

    /** The table is read on as it is now. */
    void replan(TableRun run, List<SourceTable> heaps, int chunkBytes) {
        runs.remove(run.oid());
        run.replan(heaps, chunkBytes);
        runs.put(run.oid(), run);
    }

    /** Nothing more of the table is read, nor what the stream says of it of interest. */
    void abandon(TableRun run) {
        run.abandoned = true;
        if (whole != null && whole.run() == run) {
            whole.end();
            whole = null;
        }
        reading.drop(run);
        runs.remove(run.oid());
        begun.remove(run);
    }

    // What the stream delivers.

    void begin(TransactionSignal.Begin begin) {
        transaction = begin;
        if (start != null) {
            start.delivered(begin.xid());
        }
        if (durable && !runs.isEmpty()) {
            // Keys that are found to need repair are saved before the server may forget how they came.
            hasRepairs = false;
            if (hold != null) {
                // That one never ended.
                hold.release();
            }
            hold = host.acknowledgements().get().hold();
        }
    }

    void change(Event event) {
        Relation table = EventTuples.relation(event);
        TableRun run = table == null ? null : runs.get(table.oid());
        TransactionSignal.Begin begin = transaction;
        if (run != null && begin != null) {
            long repairs = run.merge().repairsAdded();
            run.change(begin, event);
            hasRepairs |= run.merge().repairsAdded() != repairs;
            if (run.keyChanged && !run.planning) {
                owner.changed(run);
            }
        }
    }

    void end() {
        transaction = null;
        Acknowledgements.Ticket held = hold;
        hold = null;
        if (held == null) {
            return;
        }
        if (hasRepairs) {
            owner.saveBefore(held);
        } else {
            held.release();
        }
    }

    void reached(Lsn lsn) {
        boolean waited = isFar();
        reached = lsn.value();
        if (waited && !isFar()) {
            reading.readOn();
        }
    }

    private boolean isFar() {
        return Long.compareUnsigned(reached, readsBehind) < 0;
    }

    // What is read.

    @Override
    public @Nullable HeldChunk claim() {
        if (isFar()) {
            return null;
        }
        for (TableRun run : plan.runs()) {
            if (run.isOver()) {
                continue;
            }
            if (run.isKeyless() && whole == null && !run.planning) {
                WholeTable opening = wholeTables.apply(run);
                whole = opening;
                opening.open();
            }
            HeldChunk chunk = run.claim();
            begun.add(run);
            if (chunk != null) {
                return chunk;
            }
        }
        return null;
    }

    @Override
    @SuppressWarnings("ReferenceEquality")
    public ChunkReading.Verdict arrived(HeldChunk chunk, ChunkRows rows) {
        TableRun run = chunk.run;
        if (chunk.isOutdated() || run.isOver() || runs.get(run.oid()) != run) {
            run.again(chunk);
            return ChunkReading.Verdict.DROPPED;
        }
        if (run.planning || isChanged(chunk, rows)) {
            run.again(chunk);
            if (!run.planning) {
                owner.changed(run);
            }
            return ChunkReading.Verdict.LATER;
        }
        GatedChunks.Arrival arrival = run.merge().arrived(chunk.gate, rows.visibility());
        if (arrival != GatedChunks.Arrival.USABLE) {
            run.again(chunk);
            return ChunkReading.Verdict.LATER;
        }
        run.arrived();
        if (run.isStreamedOtherwise(rows)) {
            chunk.gate.shapedAnew();
        }
        for (TableRun other : runs.values()) {
            other.merge().shown(rows.visibility());
        }
        if (run.events() == null) {
            describe(run);
        }
        host.resume().run();
        host.loop().execute(owner::waits);
        return ChunkReading.Verdict.HELD;
    }

    private static boolean isChanged(HeldChunk chunk, ChunkRows rows) {
        return chunk.portion.isOfPages()
                        && rows.filenode() != chunk.source.table().filenode()
                || !rows.relation().describesAs(chunk.run.relation());
    }

    /** Types that were made since the catalog was read are looked up first. */
    private void describe(TableRun run) {
        Relation relation = run.relation();
        boolean known = relation.columns().stream()
                .allMatch(column -> host.types().types().knows(column.typeOid()));
        Runnable describe = () -> {
            if (run.relation().describesAs(relation)) {
                run.events(new SnapshotTable(relation, host.types().types(), host.identity()));
                host.resume().run();
            }
        };
        if (known) {
            describe.run();
        } else {
            host.types().refresh(describe);
        }
    }

    @Override
    public ChunkReading.Verdict failed(HeldChunk chunk, Throwable error) {
        chunk.run.again(chunk);
        return chunk.run.isOver() ? ChunkReading.Verdict.DROPPED : owner.failed(chunk.run, error);
    }

    // What is added to the stream.

    /** Chunks that have come and that the stream has not passed. */
    List<HeldChunk> late() {
        HeldChunk waiting = whole == null ? null : whole.waiting();
        return Stream.concat(reading.held().stream(), Stream.ofNullable(waiting))
                .filter(chunk -> !isReady(chunk))
                .toList();
    }

    private boolean isReady(HeldChunk chunk) {
        GatedChunks<?, ?> merge = chunk.run.merge();
        merge.reached(reached);
        return hasStarted() && chunk.run.events() != null && merge.isReady(chunk.gate);
    }

    boolean hasReady() {
        return delivering
                && !owner.isBehind()
                && (firstReady() != null || begun.stream().anyMatch(TableRun::isFinished));
    }

    /** Whether nothing may be handed out before the stream has come further, not even the end of a table without rows. */
    boolean awaitsStart() {
        return delivering && !hasStarted();
    }

    private boolean hasStarted() {
        return Long.compareUnsigned(reached, startTarget) >= 0;
    }

    private @Nullable HeldChunk firstReady() {
        List<HeldChunk> held = reading.held();
        for (int i = 0; i < held.size(); i++) {
            if (isReady(held.get(i))) {
                return held.get(i);
            }
        }
        return null;
    }

    @Nullable
    AddedTransaction nextTransaction(SnapshotSlices slices) {
        if (holdsStream() && whole != null) {
            // Nothing else comes before its last row.
            return wholeTable(whole, slices);
        }
        if (!delivering || owner.isBehind()) {
            return null;
        }
        if (whole != null) {
            AddedTransaction added = wholeTable(whole, slices);
            if (added != null || holdsStream()) {
                return added;
            }
        }
        dropVoid();
        HeldChunk ready = firstReady();
        return ready != null ? slice(ready, slices) : completion(slices);
    }

    private void dropVoid() {
        List<HeldChunk> held = reading.held();
        for (int i = held.size() - 1; i >= 0; i--) {
            HeldChunk chunk = held.get(i);
            if (chunk.run.merge().isVoid(chunk.gate) || chunk.isOutdated()) {
                boolean far = Long.compareUnsigned(reached, chunk.gate.target()) < 0;
                if (far) {
                    // It would be so again before the stream is there.
                    readsBehind = chunk.gate.target();
                    chunk.run.again(chunk);
                } else {
                    chunk.run.againInParts(chunk);
                }
                reading.release(chunk);
            }
        }
    }

    private AddedTransaction slice(HeldChunk chunk, SnapshotSlices slices) {
        boolean last = OpenSlice.isLast(chunk);
        if (Long.compareUnsigned(chunk.gate.target(), highestTarget) > 0) {
            highestTarget = chunk.gate.target();
        }
        if (last) {
            // What is handed out now counts as delivered in what the slice says of progress.
            chunk.run.delivering(chunk);
        }
        return new OpenSlice(
                chunk,
                slices.begin(
                        name,
                        chunk.run.relation(),
                        false,
                        last ? owner.progress() : null,
                        last ? () -> delivered(chunk) : () -> {},
                        last ? () -> acknowledged(chunk) : () -> {}),
                slices::nextOrdinal);
    }

    private void delivered(HeldChunk chunk) {
        chunk.run.delivered(chunk);
        reading.release(chunk);
    }

    private void acknowledged(HeldChunk chunk) {
        chunk.run.acknowledged(chunk);
        owner.save();
    }

    private @Nullable AddedTransaction wholeTable(WholeTable table, SnapshotSlices slices) {
        TableRun run = table.run();
        table.check();
        HeldChunk waiting = table.waiting();
        if (waiting != null && run.events() == null) {
            describe(run);
        }
        if (waiting != null && isReady(waiting)) {
            table.hold();
        }
        HeldChunk next = table.next();
        if (next != null) {
            boolean last = OpenSlice.isLast(next);
            return new OpenSlice(
                    next,
                    slices.begin(
                            name, run.relation(), table.isFirst(), null, last ? table::delivered : () -> {}, () -> {}),
                    slices::nextOrdinal);
        }
        if (!table.isRead()) {
            return null;
        }
        AddedTransaction told = completion(run, slices);
        if (told != null) {
            whole = null;
            table.end();
        }
        return told;
    }

    private @Nullable AddedTransaction completion(SnapshotSlices slices) {
        if (!hasStarted()) {
            owner.waits();
            return null;
        }
        for (TableRun run : begun) {
            if (run.isFinished()) {
                return completion(run, slices);
            }
        }
        return null;
    }

    private @Nullable AddedTransaction completion(TableRun run, SnapshotSlices slices) {
        if (run.events() == null) {
            describe(run);
        }
        SnapshotTable events = run.events();
        if (events == null) {
            return null;
        }
        run.completed = true;
        runs.remove(run.oid());
        begun.remove(run);
        return new TableCompletion(
                slices.begin(name, run.relation(), false, owner.progress(), () -> {}, () -> {
                    run.completedAcknowledged = true;
                    owner.save();
                }),
                begin -> events.completed(begin, slices.nextOrdinal(), run.summary(name)));
    }

    /** Whether nothing is left to be delivered. */
    boolean isOver() {
        return plan.isOver();
    }

    /** Whether no change may come now, since a table is delivered whole. */
    boolean holdsStream() {
        return whole != null && whole.isHolding();
    }

    /** Stops reading, and closes what was opened for it. */
    Mono<Void> close() {
        Acknowledgements.Ticket held = hold;
        hold = null;
        if (held != null) {
            // The transaction itself is not acknowledged.
            held.release();
        }
        return reading.close().then(whole == null ? Mono.empty() : whole.close());
    }
}
