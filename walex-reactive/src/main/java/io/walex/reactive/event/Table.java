package io.walex.reactive.event;

import io.walex.reactive.codec.ColumnCodec;
import io.walex.reactive.codec.JsonBytes;
import io.walex.reactive.codec.JsonValues;
import io.walex.reactive.codec.TypeRegistry;
import io.walex.reactive.pgoutput.Relation;
import io.walex.reactive.pgoutput.RelationColumn;
import io.walex.reactive.pgoutput.TupleData;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A relation in force: what all its rows share, made once when its relation message comes. Columns keep their places in
 * the tuple; those that are hidden are not shown to anyone.
 */
final class Table {

    final Relation relation;
    final StreamIdentity identity;
    final Source source;
    final List<Column> columns;

    private final ColumnCodec[] codecs;
    private @Nullable TableJson json;
    private final Map<String, Integer> indexes;
    private final BitSet hidden;
    private final BitSet masked;

    private final RecurringValues recurring;
    private final Recurrence[] recurrences;

    /** The columns that a row shows. */
    final List<Column> shown;

    /** Whether its rows hold only the key's columns. */
    final boolean keyOnly;

    private @Nullable Table keyOnlyView;

    Table(Relation relation, TypeRegistry types, StreamIdentity identity, RecurringValues recurring) {
        this.recurring = recurring;
        this.relation = relation;
        this.identity = identity;
        List<RelationColumn> described = relation.columns();
        codecs = new ColumnCodec[described.size()];
        recurrences = new Recurrence[described.size()];
        indexes = new HashMap<>(described.size() * 2);
        List<Column> named = new ArrayList<>(described.size());
        Map<String, String> typeNames = new LinkedHashMap<>();
        for (int i = 0; i < codecs.length; i++) {
            RelationColumn column = described.get(i);
            String type = types.typeName(column.typeOid());
            codecs[i] = types.codec(column.typeOid(), column.typeModifier());
            recurrences[i] = new Recurrence();
            indexes.put(column.name(), i);
            named.add(new Column(column.name(), type, column.typeOid(), column.typeModifier(), column.key()));
            typeNames.put(column.name(), type);
        }
        columns = List.copyOf(named);
        source = identity.source(relation.schema(), relation.name(), typeNames);
        hidden = new BitSet();
        masked = new BitSet();
        shown = columns;
        keyOnly = false;
    }

    private Table(Table other, Source source, ColumnCodec[] codecs, BitSet hidden, BitSet masked, boolean keyOnly) {
        this.relation = other.relation;
        this.identity = other.identity;
        this.recurring = other.recurring;
        this.recurrences = other.recurrences;
        this.columns = other.columns;
        this.indexes = other.indexes;
        this.source = source;
        this.codecs = codecs;
        this.hidden = hidden;
        this.masked = masked;
        shown = IntStream.range(0, columns.size())
                .filter(index -> !hidden.get(index))
                .mapToObj(columns::get)
                .filter(column -> !keyOnly || column.key())
                .toList();
        this.keyOnly = keyOnly;
    }

    /** The same table without some of its columns. */
    Table without(BitSet alsoHidden) {
        BitSet all = (BitSet) hidden.clone();
        all.or(alsoHidden);
        Map<String, String> shown = new LinkedHashMap<>(source.columns());
        all.stream().forEach(index -> shown.remove(columns.get(index).name()));
        Source narrowed =
                new Source(source.name(), source.version(), source.db(), source.schema(), source.table(), shown);
        return new Table(this, narrowed, codecs, all, masked, keyOnly);
    }

    /** The same table with a column whose values pass through the mask. */
    Table masking(int column, Mask mask) {
        ColumnCodec[] changed = codecs.clone();
        changed[column] = codecs[column].map(mask::apply);
        BitSet all = (BitSet) masked.clone();
        all.set(column);
        return new Table(this, source, changed, hidden, all, keyOnly);
    }

    /** Whether it shows something else than what came. */
    boolean isView() {
        return !hidden.isEmpty() || !masked.isEmpty();
    }

    /** The same table as a row shows it that holds only the key's columns; a benign race makes it again. */
    Table keyOnly() {
        Table view = keyOnlyView;
        if (view == null) {
            view = new Table(this, source, codecs, hidden, masked, true);
            keyOnlyView = view;
        }
        return view;
    }

    boolean isHidden(int column) {
        return hidden.get(column);
    }

    /** What the JSON of its events has in common; a benign race makes it again. */
    TableJson json() {
        TableJson made = json;
        if (made == null) {
            made = new TableJson(this);
            json = made;
        }
        return made;
    }

    /** The column's index, or -1. */
    int indexOf(String column) {
        return indexes.getOrDefault(column, -1);
    }

    /** The column's value in a tuple that holds it; null for SQL NULL. */
    @Nullable
    Object value(int column, TupleData tuple) {
        ColumnCodec codec = codecs[column];
        return switch (tuple.kind(column)) {
            // A mask is asked each time.
            case TupleData.TEXT ->
                masked.get(column)
                        ? codec.fromText(tuple.bytes(), tuple.offset(column), tuple.length(column))
                        : recurring.fromText(
                                codec, recurrences[column], tuple.bytes(), tuple.offset(column), tuple.length(column));
            case TupleData.BINARY -> codec.fromBinary(tuple.bytes(), tuple.offset(column), tuple.length(column));
            default -> null;
        };
    }

    /** Writes the column's value as JSON; false, and nothing written, where it has to be decoded for that. */
    boolean writeUndecoded(int column, TupleData tuple, JsonBytes json) {
        if (masked.get(column)) {
            return false;
        }
        ColumnCodec codec = codecs[column];
        return switch (tuple.kind(column)) {
            case TupleData.TEXT ->
                JsonValues.writeText(codec, tuple.bytes(), tuple.offset(column), tuple.length(column), json);
            case TupleData.BINARY ->
                JsonValues.writeBinary(codec, tuple.bytes(), tuple.offset(column), tuple.length(column), json);
            default -> false;
        };
    }

    /** The column's text, as PostgreSQL writes it; null where it has to be decoded for that, or is NULL. */
    @Nullable
    String undecodedText(int column, TupleData tuple) {
        if (masked.get(column)) {
            return null;
        }
        byte[] bytes = tuple.bytes();
        return switch (tuple.kind(column)) {
            case TupleData.TEXT ->
                new String(bytes, tuple.offset(column), tuple.length(column), StandardCharsets.UTF_8);
            case TupleData.BINARY ->
                JsonValues.binaryText(codecs[column], bytes, tuple.offset(column), tuple.length(column));
            default -> null;
        };
    }

    String qualifiedName() {
        return relation.schema() + "." + relation.name();
    }
}
