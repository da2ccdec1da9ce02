package io.walex.reactive.pgoutput;

import org.jspecify.annotations.Nullable;

/**
 * Takes decoded row changes as their parts, so that the most frequent messages need no object of their own. Parameters
 * are those of {@link PgOutputMessage.Insert}, {@link PgOutputMessage.Update} and {@link PgOutputMessage.Delete}.
 *
 * @param <T> what it makes of them
 */
public interface RowReceiver<T> {

    T insert(int xid, int relationOid, TupleData newTuple);

    T update(int xid, int relationOid, @Nullable TupleData oldTuple, boolean oldTupleIsKey, TupleData newTuple);

    T delete(int xid, int relationOid, TupleData oldTuple, boolean oldTupleIsKey);
}
