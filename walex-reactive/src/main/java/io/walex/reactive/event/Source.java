package io.walex.reactive.event;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where an event comes from. One instance serves all events of a table until its definition changes.
 *
 * @param name the configuration's name
 * @param version this library's version
 * @param db the database
 * @param schema the table's schema; empty for a logical message
 * @param table the table; empty for a logical message
 * @param columns column name to PostgreSQL type name, in the table's order
 */
public record Source(String name, String version, String db, String schema, String table, Map<String, String> columns) {

    public Source {
        columns = Collections.unmodifiableMap(new LinkedHashMap<>(columns));
    }
}
