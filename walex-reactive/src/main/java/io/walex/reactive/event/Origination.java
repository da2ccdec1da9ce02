package io.walex.reactive.event;

import java.util.Map;

/**
 * What all events of one subscription say of their origin.
 *
 * @param name the configuration's name
 * @param version this library's version
 * @param database the database
 */
public record Origination(String name, String version, String database) {

    Source source(String schema, String table, Map<String, String> columns) {
        return new Source(name, version, database, schema, table, columns);
    }
}
