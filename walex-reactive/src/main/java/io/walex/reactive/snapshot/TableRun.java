package io.walex.reactive.snapshot;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventTuples;
import io.walex.reactive.event.EventType;
import io.walex.reactive.event.SnapshotSummary;
import io.walex.reactive.event.SnapshotTable;
import io.walex.reactive.event.TransactionSignal;
import io.walex.reactive.pgoutput.Relation;
import io.walex.reactive.pgoutput.RelationColumn;
import io.walex.reactive.pgoutput.TupleData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One table's snapshot, from its plan to its last row: the heaps that it is read from, and what the stream says of its rows
 * meanwhile. Confined to the subscription's event loop.
 */
final class TableRun {

    private static final int MOST_PLANNINGS = 3;

    /** So many rows are read again in one chunk. */
    private static final int REPAIRED_AT_ONCE = 1000;

    /** So many wait before some are read again while ranges are unread, to bound what is kept of them. */
    private static final int EARLY_REPAIRS = 5000;

    private final GatedChunks<RowKey, TupleData> merge = new GatedChunks<>(TupleData::filledFrom, TupleData::size);
    private final List<SourceRun> sources = new ArrayList<>();
    private Relation relation;
    private int[] key;
    private @Nullable SnapshotTable events;

    /** As the stream described it last. */
    private @Nullable Relation streamed;

    private int @Nullable [] streamedKey;

    /** The transaction that its last change was of. */
    private TransactionSignal.@Nullable Begin seen;

    /** Keys of rows that were delivered once more and not acknowledged. */
    private final Set<RowKey> unacknowledgedRepairs = new HashSet<>();

    private boolean repairing;

    private int plannings;

    private int repairedAtOnce = REPAIRED_AT_ONCE;

    /** A chunk of it may have been read. */
    boolean started;

    /** It is being looked at anew, since it has changed. */
    boolean planning;

    int attempt = 1;
    long rows;
    long bytes;

    /** Its end was delivered. */
    boolean completed;

    boolean completedAcknowledged;

    /** Nothing more is to be read of it. */
    boolean abandoned;

    /** Its rows are told apart otherwise than when it was planned. */
    boolean keyChanged;

    TableRun(SourceTable described) {
        relation = described.relation();
        key = described.key();
    }

    GatedChunks<RowKey, TupleData> merge() {
        return merge;
    }

    List<SourceRun> sources() {
        return sources;
    }

    Relation relation() {
        return relation;
    }

    int oid() {
        return relation.oid();
    }

    String name() {
        return relation.schema() + "." + relation.name();
    }

    boolean isKeyless() {
        return key.length == 0;
    }

    /** Whether a row of both has the same key. */
    boolean hasKeyOf(SourceTable described) {
        return keyColumns(relation, key).equals(keyColumns(described.relation(), described.key()));
    }

    private static List<String> keyColumns(Relation relation, int[] key) {
        return Arrays.stream(key)
                .mapToObj(relation.columns()::get)
                .map(column -> column.name() + " " + column.typeOid())
                .toList();
    }

    /** The columns that rows are told apart by. */
    String keyText() {
        return String.join(", ", keyColumns(relation, key));
    }

    /** The table has other columns from here on. */
    void describe(SourceTable described) {
        relation = described.relation();
        key = described.key();
        events = null;
        if (streamed != null) {
            streamedKey = placesIn(streamed);
        }
    }

    /** What makes its events; null before its types are known. */
    @Nullable
    SnapshotTable events() {
        return events;
    }

    void events(SnapshotTable made) {
        events = made;
    }

    RowKey keyOf(TupleData row) {
        return RowKey.of(row, key);
    }

    /** A change of this table, before it is delivered. */
    @SuppressWarnings("ReferenceEquality")
    void change(TransactionSignal.Begin begin, Event event) {
        if (begin != seen) {
            seen = begin;
            merge.begin(begin.xid(), begin.commitLsn().value());
        }
        described(Objects.requireNonNull(EventTuples.relation(event)));
        if (!started) {
            // Every chunk will show it, or is not used, and all pages will be read.
            return;
        }
        if (event.type() == EventType.TRUNCATE) {
            merge.truncate();
        } else if (isKeyless()) {
            merge.touched();
        } else if (streamedKey == null) {
            keyChanged = true;
        } else {
            keyed(event);
        }
    }

    private void keyed(Event event) {
        switch (event.type()) {
            case INSERT -> insert(newTuple(event));
            case UPDATE -> update(event);
            case DELETE -> merge.delete(key(Objects.requireNonNull(EventTuples.oldTuple(event))));
            default -> {
                // Others are of no table.
            }
        }
    }

    /** An update that a row filter makes an insert may leave out columns, as updates do. */
    private void insert(TupleData row) {
        if (row.hasUnchanged()) {
            merge.appeared(key(row), row);
        } else {
            merge.upsert(key(row), row, true);
        }
    }

    private void update(Event event) {
        TupleData after = newTuple(event);
        TupleData before = EventTuples.oldTuple(event);
        boolean complete = !after.hasUnchanged() || before != null && !EventTuples.oldIsKey(event);
        if (before == null) {
            merge.upsert(key(after), after, complete);
            return;
        }
        RowKey old = key(before);
        RowKey now = key(after.hasUnchanged() ? after.filledFrom(before) : after);
        if (old.equals(now)) {
            merge.upsert(now, after, complete);
        } else {
            merge.rekey(old, now, after, complete);
        }
    }

    /** A change of shape that the stream tells. */
    @SuppressWarnings("ReferenceEquality")
    private void described(Relation by) {
        if (by == streamed) {
            return;
        }
        boolean changed =
                streamed != null && !by.describesAs(streamed) || streamed == null && !by.describesAs(relation);
        streamed = by;
        streamedKey = placesIn(by);
        if (changed) {
            merge.reshaped();
        }
    }

    private RowKey key(TupleData row) {
        return RowKey.of(row, Objects.requireNonNull(streamedKey));
    }

    /** Where the key's columns stand in rows of the stream; null when one is not among them. */
    private int @Nullable [] placesIn(Relation by) {
        List<RelationColumn> now = by.columns();
        List<RelationColumn> planned = relation.columns();
        int[] places = key.clone();
        for (int i = 0; i < places.length; i++) {
            RelationColumn column = planned.get(key[i]);
            int place = IntStream.range(0, now.size())
                    .filter(index -> now.get(index).name().equals(column.name()))
                    .findFirst()
                    // One that was renamed stays in its place.
                    .orElse(now.size() == planned.size() ? key[i] : -1);
            if (place < 0 || now.get(place).typeOid() != column.typeOid()) {
                return null;
            }
            places[i] = place;
        }
        return places;
    }

    private static TupleData newTuple(Event event) {
        return Objects.requireNonNull(EventTuples.newTuple(event));
    }

    /** The row as it is at this place of the stream; null where it is told, or gone. */
    @Nullable
    TupleData current(GatedChunks.Chunk chunk, TupleData row) {
        // On a quiet table no key is looked for, or made.
        return isKeyless() || merge.isAsRead(chunk) ? row : merge.take(chunk, keyOf(row), row);
    }

    /** The next chunk to be read; null when there is none now. */
    @Nullable
    HeldChunk claim() {
        if (planning || abandoned || isKeyless()) {
            return null;
        }
        started = true;
        boolean read = isRead();
        if (!repairing && merge.repairs() > (read ? 0 : EARLY_REPAIRS)) {
            repairing = true;
            return new HeldChunk(sources.get(0), new Portion.Repairs(this, merge.repairsToRead(repairedAtOnce)));
        }
        for (SourceRun source : sources) {
            Portion next = source.claim();
            if (next != null) {
                return new HeldChunk(source, next);
            }
        }
        return null;
    }

    /** The chunk has to be read again. */
    void again(HeldChunk chunk) {
        merge.discard(chunk.gate);
        if (!chunk.isOutdated()) {
            chunk.portion.again();
        }
    }

    /** The chunk is too large to be held, or too much has changed while it was: a smaller one is through sooner. */
    void againInParts(HeldChunk chunk) {
        merge.discard(chunk.gate);
        if (!chunk.isOutdated()) {
            chunk.portion.againInParts();
        }
    }

    /** Rows are still to be repaired, so many at a time. */
    void repairAgain(int atOnce) {
        repairing = false;
        repairedAtOnce = atOnce;
    }

    /** Rows are being delivered whole. */
    void repairing(List<RowKey> keys) {
        unacknowledgedRepairs.addAll(keys);
    }

    void repaired(HeldChunk chunk, List<RowKey> keys) {
        repairing = false;
        merge.repaired(chunk.gate, keys);
    }

    void repairsAcknowledged(List<RowKey> keys) {
        unacknowledgedRepairs.removeAll(keys);
    }

    /** Whether the stream describes the table otherwise than the chunk. */
    boolean isStreamedOtherwise(ChunkRows rows) {
        return streamed != null && !streamed.describesAs(rows.relation());
    }

    /** It could be read. */
    void arrived() {
        plannings = 0;
    }

    /** The last rows of the chunk are being delivered. */
    void delivering(HeldChunk chunk) {
        if (!chunk.isOutdated()) {
            chunk.portion.delivering(chunk.rows().rows());
        }
    }

    SnapshotSummary summary(String snapshot) {
        return new SnapshotSummary(snapshot, rows, bytes, attempt);
    }

    /** All of the chunk was delivered. */
    void delivered(HeldChunk chunk) {
        if (!chunk.isOutdated()) {
            chunk.portion.delivered(chunk);
        }
        merge.done(chunk.gate);
        if (isRead()) {
            merge.rangesDone();
        }
    }

    /** What was delivered of the chunk is done with. */
    void acknowledged(HeldChunk chunk) {
        if (!chunk.isOutdated()) {
            chunk.portion.acknowledged();
        }
    }

    /** Keys of the rows that have to be read again, also those of which that is not acknowledged. */
    Collection<RowKey> repairs(boolean acknowledged) {
        Set<RowKey> keys = new LinkedHashSet<>(merge.repairList());
        if (acknowledged) {
            keys.addAll(unacknowledgedRepairs);
        }
        return keys;
    }

    long pages() {
        return sources.stream().mapToLong(source -> source.table().pages()).sum();
    }

    long pagesLeft() {
        return sources.stream().mapToLong(SourceRun::pagesLeft).sum();
    }

    /** Whether all ranges of all its heaps were delivered. */
    boolean isRead() {
        return sources.stream().allMatch(SourceRun::isRead);
    }

    /** Whether nothing is left but to tell that it is complete. */
    boolean isFinished() {
        return !completed && !abandoned && !planning && !repairing && isRead() && merge.repairs() == 0;
    }

    /**
     * The table is read on as it is now. Ranges of a heap that was written anew begin again, and all where rows are told apart
     * otherwise.
     */
    void replan(List<SourceTable> heaps, int chunkBytes) {
        boolean sameKey = hasKeyOf(heaps.get(0)) && heaps.get(0).relation().oid() == relation.oid();
        List<SourceRun> before = List.copyOf(sources);
        sources.clear();
        boolean again = !sameKey;
        describe(heaps.get(0));
        for (SourceTable heap : heaps) {
            SourceRun known = before.stream()
                    .filter(source -> source.table().oid() == heap.oid())
                    .findFirst()
                    .orElse(null);
            if (known == null) {
                known = SnapshotPlan.source(this, heap, null, chunkBytes);
                again = true;
            } else if (sameKey && known.table().filenode() == heap.filenode()) {
                known.describe(heap);
            } else {
                known.restart(heap, SnapshotPlan.all());
                again = true;
            }
            sources.add(known);
        }
        merge.reshaped();
        repairing = false;
        if (again) {
            attempt++;
            merge.rangesAgain(sameKey);
        }
        keyChanged = false;
        plannings++;
    }

    /** Whether another look may tell why it cannot be read: a few did not since it was read last. */
    boolean mayBePlanned() {
        return plannings < MOST_PLANNINGS;
    }

    /** Whether nothing is left to be done with it. */
    boolean isDone() {
        return completedAcknowledged || abandoned;
    }

    boolean isOver() {
        return completed || abandoned;
    }
}
