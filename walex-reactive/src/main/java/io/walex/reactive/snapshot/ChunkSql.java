package io.walex.reactive.snapshot;

import io.walex.reactive.pgoutput.RelationColumn;
import io.walex.reactive.pgoutput.TupleData;
import io.walex.reactive.server.PipelinedRequest;
import io.walex.reactive.server.PipelinedRequest.Parameter;
import io.walex.reactive.server.SqlLiterals;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The statements that read a table. */
final class ChunkSql {

    /** Its own statement, since a transaction's snapshot comes with the first query in it; null where it is no standby. */
    static final String REPLAYED_BEFORE =
            "SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() - '0/0'::pg_lsn END";

    static final String COMMIT = "COMMIT";
    static final String ROLLBACK = "ROLLBACK";
    static final String SAVEPOINT = "SAVEPOINT before_range";
    static final String BACK_TO_SAVEPOINT = "ROLLBACK TO SAVEPOINT before_range";

    private final SourceTable table;

    /** What rows are read from. */
    private final String from;

    /** Of a table, or of one of its partitions. */
    ChunkSql(SourceTable table) {
        this.table = table;
        from = "ONLY " + table.name();
    }

    /** Keys do not tell in which partition their rows are. */
    ChunkSql(SourceTable table, ChunkQuery query) {
        this.table = table;
        from = query.keys().isEmpty() || table.oid() == table.relation().oid()
                ? "ONLY " + table.name()
                : SqlLiterals.identifier(table.relation().schema()) + "."
                        + SqlLiterals.identifier(table.relation().name());
    }

    /**
     * The lock comes before the snapshot, since what rewrites a table makes its rows invisible to older snapshots. Whoever
     * changes the table waits for us no longer than we take to read; that we wait for him no longer, keeps those who come
     * after him from waiting for us both.
     *
     * @param limits settings of the transaction
     * @param longest how long the rows may take, in milliseconds; 0 for as long as they do
     */
    String begin(String limits, int longest) {
        return "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL lock_timeout = 1000; " + limits
                + "LOCK TABLE " + from + " IN ACCESS SHARE MODE; SET LOCAL lock_timeout = 0"
                + (longest == 0 ? "" : "; SET LOCAL statement_timeout = " + longest);
    }

    /** The snapshot, the end of the WAL that was there when it had been taken, and the table's shape. */
    String shape() {
        return """
                SELECT pg_current_snapshot()::text, pg_is_in_recovery()::text,
                       CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_insert_lsn() END
                       - '0/0'::pg_lsn AS lsn,
                       pg_relation_filenode($1)::text AS filenode,
                       (to_regclass($3) = $1)::text AS same, %s
                  FROM pg_class r JOIN pg_namespace rn ON rn.oid = r.relnamespace
                  %s WHERE r.oid = $2
                """.formatted(RelationSql.columns(table.published()), RelationSql.IDENTITY)
                .replace("$1", unsigned(table.oid()))
                .replace("$2", unsigned(table.relation().oid()))
                .replace("$3", SqlLiterals.replace("$1", table.name()));
    }

    private static String unsigned(int oid) {
        return Integer.toUnsignedString(oid) + "::oid";
    }

    /** Adds the query that gives the rows. */
    void addRows(PipelinedRequest request, ChunkQuery query) {
        List<Parameter> parameters = new ArrayList<>();
        request.rows(rows(query, parameters), parameters, table.binary());
    }

    String rows(ChunkQuery query, List<Parameter> parameters) {
        return "SELECT " + columns() + " FROM " + from + " WHERE " + chosen(query, parameters)
                + condition(table.filter()) + condition(query.where()) + order(query);
    }

    private String columns() {
        return table.relation().columns().stream()
                .map(column -> SqlLiterals.identifier(column.name()))
                .collect(Collectors.joining(", "));
    }

    private String chosen(ChunkQuery query, List<Parameter> parameters) {
        TidRange range = query.range();
        if (range != null) {
            String open = "ctid >= " + tid(range.from());
            return range.to() == Long.MAX_VALUE ? open : open + " AND ctid < " + tid(range.to());
        }
        if (query.rows() > 0) {
            RowKey after = query.after();
            return after == null ? "true" : "(" + behind(addKey(after, parameters)) + ")";
        }
        if (query.keys().isEmpty()) {
            return "false";
        }
        return table.key().length == 1 && operators(0).listable()
                ? isOneOf(query.keys(), parameters)
                : isAnyOf(query.keys(), parameters);
    }

    private static String tid(long id) {
        return "'(" + (id >>> Short.SIZE) + "," + (id & 0xFFFF) + ")'::tid";
    }

    /** An index is scanned for the whole list. */
    private String isOneOf(List<RowKey> keys, List<Parameter> parameters) {
        return keys.stream()
                .map(key -> addKey(key, parameters).get(0))
                .collect(Collectors.joining(
                        ", ", keyColumn(0) + " " + operators(0).equal() + " ANY (ARRAY[", "])"));
    }

    private String isAnyOf(List<RowKey> keys, List<Parameter> parameters) {
        return keys.stream()
                .map(key -> addKey(key, parameters))
                .map(values -> equal(values, values.size()))
                .collect(Collectors.joining(" OR ", "(", ")"));
    }

    private String equal(List<String> values, int columns) {
        return IntStream.range(0, columns)
                .mapToObj(i -> keyColumn(i) + " " + operators(i).equal() + " " + values.get(i))
                .collect(Collectors.joining(" AND ", "(", ")"));
    }

    /** The comparison of rows takes operators of one name; an index is scanned by what is said of its first column. */
    private String behind(List<String> values) {
        String first = keyColumn(0) + " " + operators(0).less() + " " + values.get(0);
        return IntStream.range(0, values.size())
                .mapToObj(i -> (i == 0 ? "" : equal(values, i) + " AND ") + keyColumn(i) + " "
                        + operators(i).greater() + " " + values.get(i))
                .collect(Collectors.joining(") OR (", "NOT (" + first + ") AND ((", "))"));
    }

    private String order(ChunkQuery query) {
        return query.rows() == 0
                ? ""
                : IntStream.range(0, table.key().length)
                                .mapToObj(i ->
                                        keyColumn(i) + " USING " + operators(i).less())
                                .collect(Collectors.joining(", ", " ORDER BY ", ""))
                        + " LIMIT " + query.rows();
    }

    private SourceTable.KeyOperators operators(int column) {
        return table.operators().get(column);
    }

    private String keyColumn(int column) {
        return SqlLiterals.identifier(keyed(column).name());
    }

    private RelationColumn keyed(int column) {
        return table.relation().columns().get(table.key()[column]);
    }

    /** As parameters, of which a value may be in binary form; gives what stands for them. */
    private List<String> addKey(RowKey key, List<Parameter> parameters) {
        ByteBuffer bytes = ByteBuffer.wrap(key.bytes());
        List<String> values = new ArrayList<>();
        for (int i = 0; i < table.key().length; i++) {
            byte kind = bytes.get();
            byte @Nullable [] value = null;
            if (kind != TupleData.NULL) {
                value = new byte[bytes.getInt()];
                bytes.get(value);
            }
            parameters.add(new Parameter(keyed(i).typeOid(), kind == TupleData.BINARY, value));
            values.add("$" + parameters.size());
        }
        return values;
    }

    /** What users write may end with a comment. */
    private static String condition(String sql) {
        return sql.isEmpty() ? "" : " AND (" + sql + "\n)";
    }

    /** The pages that hold rows of the condition. */
    String pages(String where) {
        return "SELECT DISTINCT ((ctid::text::point)[0])::bigint FROM " + from + " WHERE true"
                + condition(table.filter()) + condition(where) + " ORDER BY 1";
    }
}
