package io.walex.reactive.event;

import io.netty.buffer.ByteBuf;
import io.walex.reactive.codec.TypeRegistry;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.pgoutput.PgOutputDecoder;
import io.walex.reactive.pgoutput.PgOutputDecodingException;
import io.walex.reactive.pgoutput.PgOutputMessage;
import io.walex.reactive.pgoutput.PgOutputMessage.Begin;
import io.walex.reactive.pgoutput.PgOutputMessage.Commit;
import io.walex.reactive.pgoutput.PgOutputMessage.Delete;
import io.walex.reactive.pgoutput.PgOutputMessage.Insert;
import io.walex.reactive.pgoutput.PgOutputMessage.LogicalMessage;
import io.walex.reactive.pgoutput.PgOutputMessage.Truncate;
import io.walex.reactive.pgoutput.PgOutputMessage.Update;
import io.walex.reactive.pgoutput.Relation;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes transactions and events of one subscription's pgoutput messages, across reconnects: what was yielded before a
 * connection was lost is not yielded again.
 *
 * <p>Not thread-safe: confined to the subscription's event loop.
 */
public final class TransactionAssembler {

    private static final Instant POSTGRES_EPOCH = Instant.parse("2000-01-01T00:00:00Z");

    private final Source messageSource;
    private final Relations relations;
    private final Progress progress = new Progress();
    private final ArrayDeque<TransactionSignal> queued = new ArrayDeque<>();

    /** The transaction being received; null between transactions and inside one that was yielded before. */
    private TransactionSignal.@Nullable Begin current;

    private boolean inTransaction;
    private int nextOrdinal;

    /**
     * Makes an assembler for one subscription.
     *
     * @param origination what all events say of their origin
     * @param subscribed whether the table (schema, name) is wanted; asked once per relation message
     */
    public TransactionAssembler(Origination origination, BiPredicate<String, String> subscribed) {
        this.messageSource = origination.source("", "", Map.of());
        this.relations = new Relations(origination, subscribed);
    }

    /** A new connection starts: the server describes its relations anew and sends from a transaction's start. */
    public void connected(TypeRegistry databaseTypes) {
        relations.reset(databaseTypes);
        queued.clear();
        current = null;
        inTransaction = false;
    }

    /** Returns the next signal left behind by a message that made several; null when there is none. */
    public @Nullable TransactionSignal queued() {
        TransactionSignal signal = queued.poll();
        return signal == null ? null : deliver(signal);
    }

    /**
     * Takes one message.
     *
     * @param payload the message, from its type letter to its end
     * @param walStart the LSN in its frame
     * @param sentAt the server's clock when it sent the frame
     * @return the first signal it makes; null when it makes none
     * @throws PgOutputDecodingException when it cannot be decoded, or does not fit what came before
     */
    public @Nullable TransactionSignal next(ByteBuf payload, long walStart, long sentAt) {
        if (isUnwantedRow(payload)) {
            nextOrdinal++;
            return null;
        }
        PgOutputMessage message = PgOutputDecoder.decode(payload, false, Lsn.of(walStart));
        if (message instanceof Insert insert) {
            Table table = wantedTable(insert.relationOid(), 'I', walStart);
            return change(Event.insert(wantedTransaction('I', walStart), nextOrdinal, table, insert.newTuple()));
        } else if (message instanceof Update update) {
            Table table = wantedTable(update.relationOid(), 'U', walStart);
            return change(Event.update(wantedTransaction('U', walStart), nextOrdinal, table, update));
        } else if (message instanceof Delete delete) {
            Table table = wantedTable(delete.relationOid(), 'D', walStart);
            return change(Event.delete(wantedTransaction('D', walStart), nextOrdinal, table, delete));
        } else if (message instanceof Begin begin) {
            return begin(begin);
        } else if (message instanceof Commit commit) {
            return commit(commit, walStart);
        } else if (message instanceof Relation relation) {
            relations.put(relation);
            return null;
        } else if (message instanceof Truncate truncate) {
            return truncate(truncate, walStart);
        } else if (message instanceof LogicalMessage logical) {
            return logical.transactional() ? transactional(logical, walStart) : nonTransactional(logical, sentAt);
        } else if (message instanceof PgOutputMessage.Type || message instanceof PgOutputMessage.Origin) {
            // Types are known from the catalog; an origin only tells where a transaction was replicated from.
            return null;
        }
        throw new PgOutputDecodingException(
                message.getClass().getSimpleName() + " was not asked for", '?', 0, Lsn.of(walStart), null);
    }

    /**
     * Whether a row need not be decoded: its table is not subscribed to, or it was yielded before. It still counts, since
     * ordinals number all changes.
     */
    private boolean isUnwantedRow(ByteBuf payload) {
        int start = payload.readerIndex();
        byte type = payload.getByte(start);
        if ((type != 'I' && type != 'U' && type != 'D') || payload.readableBytes() <= Integer.BYTES || !inTransaction) {
            return false;
        }
        if (current == null || !progress.isNew(nextOrdinal)) {
            return true;
        }
        Relations.Entry entry = relations.get(payload.getInt(start + 1));
        return entry != null && entry.table() == null;
    }

    private @Nullable TransactionSignal begin(Begin begin) {
        inTransaction = true;
        nextOrdinal = 0;
        boolean isNew = progress.isNew(begin.commitLsn());
        current = isNew || progress.isUnfinished(begin.commitLsn())
                ? new TransactionSignal.Begin(begin.commitLsn(), begin.commitTimestamp(), begin.xid())
                : null;
        return isNew ? deliver(current) : null;
    }

    private @Nullable TransactionSignal commit(Commit commit, long walStart) {
        if (!inTransaction) {
            throw outsideTransaction('C', walStart);
        }
        TransactionSignal.Begin begin = current;
        inTransaction = false;
        current = null;
        return begin == null ? null : deliver(new TransactionSignal.End(begin, commit.endLsn()));
    }

    private @Nullable TransactionSignal truncate(Truncate truncate, long walStart) {
        TransactionSignal.Begin begin = transaction('T', walStart);
        for (int oid : truncate.relationOids()) {
            Table table = table(oid, 'T', walStart);
            int ordinal = nextOrdinal++;
            if (begin != null && table != null && progress.isNew(ordinal)) {
                queued.add(Event.truncate(begin, ordinal, table));
            }
        }
        return queued();
    }

    private @Nullable TransactionSignal transactional(LogicalMessage message, long walStart) {
        TransactionSignal.Begin begin = transaction('M', walStart);
        int ordinal = nextOrdinal++;
        return begin == null || !progress.isNew(ordinal)
                ? null
                : deliver(Event.message(begin, ordinal, messageSource, message));
    }

    /** Such a message is sent when it is decoded, not at a commit: it makes a transaction of its own. */
    private @Nullable TransactionSignal nonTransactional(LogicalMessage message, long sentAt) {
        TransactionSignal.Begin begin =
                new TransactionSignal.Begin(message.lsn(), POSTGRES_EPOCH.plus(sentAt, ChronoUnit.MICROS), 0);
        boolean isNew = progress.isNew(message.lsn());
        if (isNew) {
            queued.add(begin);
        }
        if (isNew || progress.isUnfinished(message.lsn())) {
            if (isNew || progress.isNew(0)) {
                queued.add(Event.message(begin, 0, messageSource, message));
            }
            queued.add(new TransactionSignal.End(begin, message.lsn()));
        }
        return queued();
    }

    private TransactionSignal deliver(TransactionSignal signal) {
        if (signal instanceof Event event) {
            progress.event(event.ordinal());
        } else if (signal instanceof TransactionSignal.Begin begin) {
            progress.begin(begin.commitLsn());
        } else {
            progress.end();
        }
        return signal;
    }

    private Event change(Event event) {
        progress.event(nextOrdinal++);
        return event;
    }

    /** Null when the transaction was yielded before. */
    private TransactionSignal.@Nullable Begin transaction(char type, long walStart) {
        if (!inTransaction) {
            throw outsideTransaction(type, walStart);
        }
        return current;
    }

    private static PgOutputDecodingException outsideTransaction(char type, long walStart) {
        return new PgOutputDecodingException("outside a transaction", type, 0, Lsn.of(walStart), null);
    }

    /** Of a row that {@link #isUnwantedRow} let pass. */
    private TransactionSignal.Begin wantedTransaction(char type, long walStart) {
        TransactionSignal.Begin begin = transaction(type, walStart);
        if (begin == null) {
            throw outsideTransaction(type, walStart);
        }
        return begin;
    }

    /** Of a row that {@link #isUnwantedRow} let pass. */
    private Table wantedTable(int oid, char type, long walStart) {
        Table table = table(oid, type, walStart);
        if (table == null) {
            throw outsideTransaction(type, walStart);
        }
        return table;
    }

    /** Null when not subscribed to. */
    private @Nullable Table table(int oid, char type, long walStart) {
        Relations.Entry entry = relations.get(oid);
        if (entry == null) {
            throw new PgOutputDecodingException(
                    "relation %s was not described before".formatted(Integer.toUnsignedString(oid)),
                    type,
                    1,
                    Lsn.of(walStart),
                    null);
        }
        return entry.table();
    }
}
