package io.walex.reactive.event;

import io.walex.reactive.codec.ColumnCodec;
import io.walex.reactive.codec.TypeRegistry;
import io.walex.reactive.pgoutput.Relation;
import io.walex.reactive.pgoutput.RelationColumn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.io.SerializedString;

/** A relation in force: what all its rows share, made once when its relation message comes. */
final class Table {

    final Relation relation;
    final Source source;
    final List<Column> columns;

    /** The columns' names as JSON writes them. */
    final SerializedString[] names;

    private final ColumnCodec[] codecs;
    private @Nullable SerializedString sourceJson;
    private final Map<String, Integer> indexes;

    Table(Relation relation, TypeRegistry types, Origination origination) {
        this.relation = relation;
        List<RelationColumn> described = relation.columns();
        codecs = new ColumnCodec[described.size()];
        indexes = new HashMap<>(described.size() * 2);
        List<Column> named = new ArrayList<>(described.size());
        Map<String, String> typeNames = new LinkedHashMap<>();
        for (int i = 0; i < codecs.length; i++) {
            RelationColumn column = described.get(i);
            String type = types.typeName(column.typeOid());
            codecs[i] = types.codec(column.typeOid(), column.typeModifier());
            indexes.put(column.name(), i);
            named.add(new Column(column.name(), type, column.typeOid(), column.typeModifier(), column.key()));
            typeNames.put(column.name(), type);
        }
        columns = List.copyOf(named);
        names = named.stream()
                .map(column -> new SerializedString(column.name()))
                .toArray(SerializedString[]::new);
        source = origination.source(relation.schema(), relation.name(), typeNames);
    }

    /** The source as JSON, written once for all events; a benign race writes it again. */
    SerializedString sourceJson() {
        SerializedString written = sourceJson;
        if (written == null) {
            written = new SerializedString(EventJson.toJson(source));
            sourceJson = written;
        }
        return written;
    }

    /** The column's index, or -1. */
    int indexOf(String column) {
        return indexes.getOrDefault(column, -1);
    }

    ColumnCodec codec(int column) {
        return codecs[column];
    }

    String qualifiedName() {
        return relation.schema() + "." + relation.name();
    }
}
