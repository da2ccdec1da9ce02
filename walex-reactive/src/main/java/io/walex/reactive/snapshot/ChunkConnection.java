package io.walex.reactive.snapshot;

import io.walex.reactive.server.Connector;
import io.walex.reactive.server.PipelinedConnection;
import io.walex.reactive.server.PipelinedRequest;
import io.walex.reactive.server.RowFrames;
import io.walex.reactive.server.ServerError;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Reads chunks, one after the other, on one ordinary connection. A chunk is one transaction and one round trip: it is open
 * for as long as the server takes to send its rows. Nothing is written, and no transaction gets an id.
 *
 * <p>Cancelling a read closes the connection.
 */
final class ChunkConnection {

    /** No transaction is to hold back VACUUM, nor its lock an ALTER TABLE, for longer. */
    private static final int LONGEST_MILLIS = 250;

    private static final String QUERY_CANCELED = "57014";
    private static final String LOCK_NOT_AVAILABLE = "55P03";

    /** A policy must not leave rows out without a word; and what is compiled for a chunk is not worth it. */
    private static final String SETTINGS = "SET row_security = off; SET jit = off";

    private static final RowFrames NO_ROWS = (frames, length) -> true;

    private static final List<String> SHAPE =
            List.of("snapshot", "standby", "lsn", "filenode", "same", "identity", "schema", "name", "columns");

    /** Listing pages must not take longer than reading a few chunks. */
    private static final String LISTING_LIMIT = "SET LOCAL statement_timeout = 200; ";

    private final PipelinedConnection connection;

    private ChunkConnection(PipelinedConnection connection) {
        this.connection = connection;
    }

    /** Connects when subscribed. */
    static Mono<ChunkConnection> open(Connector connector) {
        return PipelinedConnection.open(connector, SETTINGS).map(ChunkConnection::new);
    }

    /** The process that serves this connection. */
    int pid() {
        return connection.pid();
    }

    boolean isOpen() {
        return connection.isOpen();
    }

    /**
     * Reads a chunk in a transaction of its own.
     *
     * @return fails with {@link OversizedChunk}, {@link SlowChunk} or {@link LockedTable}, after which the connection is as it was; or with
     *     what the server says, or with the loss of the connection
     */
    Mono<ChunkRows> read(SourceTable table, ChunkQuery query) {
        return Mono.defer(() -> {
            ChunkSql sql = new ChunkSql(table, query);
            LimitedRows rows = new LimitedRows(table, query.limitBytes());
            PipelinedRequest request = opening(sql, "", query.isSmallest() ? 0 : LONGEST_MILLIS);
            sql.addRows(request, query);
            request.query(ChunkSql.COMMIT);
            return rows.within(connection.request(request, rows))
                    .map(answer -> shape(table, answer.parts(), rows.buffer()))
                    .onErrorMap(ChunkConnection::isCanceled, late -> new SlowChunk(table, LONGEST_MILLIS))
                    .onErrorMap(error -> explained(table, error));
        });
    }

    private static boolean isCanceled(Throwable error) {
        return error instanceof ServerError server && server.sqlState().equals(QUERY_CANCELED);
    }

    /**
     * Begins a transaction in which all of a table is read, range by range. It stays open until {@link #end}, or until the
     * connection is closed.
     *
     * @return what the rows to come will show; it has none
     */
    Mono<ChunkRows> begin(SourceTable table) {
        return Mono.defer(() -> connection
                        .request(opening(new ChunkSql(table), "", 0).query(ChunkSql.SAVEPOINT), NO_ROWS)
                        .map(answer -> shape(table, answer.parts(), new RowBuffer(table.binary()))))
                .onErrorResume(error -> rollback().then(Mono.error(explained(table, error))));
    }

    /**
     * The rows of a range, within {@link #begin}.
     *
     * @return fails with {@link OversizedChunk} for a smaller range to be read, in the same transaction; after another
     *     error that has ended
     */
    Mono<RowBuffer> readNext(SourceTable table, ChunkQuery query) {
        return Mono.defer(() -> {
            LimitedRows rows = new LimitedRows(table, query.limitBytes());
            PipelinedRequest request = new PipelinedRequest();
            new ChunkSql(table).addRows(request, query);
            return rows.within(connection.request(request, rows))
                    .thenReturn(rows.buffer())
                    .onErrorResume(error -> (error instanceof OversizedChunk
                                    ? connection.request(
                                            new PipelinedRequest().query(ChunkSql.BACK_TO_SAVEPOINT), NO_ROWS)
                                    : rollback())
                            .then(Mono.error(error)));
        });
    }

    /** Ends the transaction of {@link #begin}. */
    Mono<Void> end() {
        return connection
                .request(new PipelinedRequest().query(ChunkSql.COMMIT), NO_ROWS)
                .then();
    }

    /** What failed is told, and not that the connection is lost besides. */
    private Mono<Void> rollback() {
        return connection
                .request(new PipelinedRequest().query(ChunkSql.ROLLBACK), NO_ROWS)
                .onErrorComplete()
                .then();
    }

    /**
     * Lists the pages that hold rows of the condition, where that takes 200 ms at most.
     *
     * @return empty where it takes longer
     */
    Mono<ListedPages> pages(SourceTable table, String where) {
        return Mono.defer(() -> {
            ChunkSql sql = new ChunkSql(table);
            PipelinedRequest request =
                    opening(sql, LISTING_LIMIT, 0).query(sql.pages(where)).query(ChunkSql.COMMIT);
            return connection
                    .request(request, NO_ROWS)
                    .map(answer -> {
                        ChunkRows shape = shape(table, answer.parts(), new RowBuffer(table.binary()));
                        return new ListedPages(
                                shape.visibility(),
                                shape.filenode(),
                                numbers(answer.parts().get(3)));
                    })
                    .onErrorMap(error -> explained(table, error))
                    .onErrorResume(ChunkConnection::isCanceled, late -> Mono.empty());
        });
    }

    private static long[] numbers(List<List<@Nullable String>> rows) {
        return rows.stream()
                .mapToLong(row -> Long.parseLong(String.valueOf(row.get(0))))
                .toArray();
    }

    private static PipelinedRequest opening(ChunkSql sql, String limits, int longest) {
        return new PipelinedRequest()
                .query(ChunkSql.REPLAYED_BEFORE)
                .query(sql.begin(limits, longest))
                .query(sql.shape());
    }

    private static ChunkRows shape(SourceTable table, List<List<List<@Nullable String>>> answer, RowBuffer rows) {
        Map<String, @Nullable String> row = new HashMap<>();
        for (List<@Nullable String> values : answer.get(2)) {
            for (int i = 0; i < SHAPE.size(); i++) {
                row.put(SHAPE.get(i), values.get(i));
            }
        }
        if (!"true".equals(row.get("same"))) {
            throw new ReplacedTable(table);
        }
        String filenode = row.get("filenode");
        return new ChunkRows(
                visibility(table, answer.get(0).get(0).get(0), row),
                filenode == null ? 0 : Long.parseLong(filenode),
                RelationSql.relation(table.relation().oid(), row).relation(),
                rows);
    }

    private static Visibility visibility(
            SourceTable table, @Nullable String replayedBefore, Map<String, @Nullable String> row) {
        long lsn = Long.parseUnsignedLong(String.valueOf(row.get("lsn")));
        boolean standby = "true".equals(row.get("standby"));
        if (standby != (replayedBefore != null)) {
            throw new PromotedServer(table);
        }
        return replayedBefore != null
                ? new StandbyVisibility(Long.parseUnsignedLong(replayedBefore), lsn)
                : PrimaryVisibility.parse(String.valueOf(row.get("snapshot")), lsn);
    }

    private static Throwable explained(SourceTable table, Throwable error) {
        return error instanceof ServerError server && server.sqlState().equals(LOCK_NOT_AVAILABLE)
                ? new LockedTable(table, error)
                : error;
    }

    /** Closes the connection, and with it what it reads. Idempotent; never fails. */
    Mono<Void> close() {
        return connection.close();
    }
}
