package io.walex.reactive.event;

import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What all events of one subscription say of their origin.
 *
 * @param name the configuration's name
 * @param version this library's version
 * @param database the database
 * @param published the tables that can come, known when the stream has connected
 */
public record StreamIdentity(
        String name, String version, String database, AtomicReference<@Nullable PublishedTables> published) {

    public StreamIdentity(String name, String version, String database) {
        this(name, version, database, new AtomicReference<>());
    }

    Source source(String schema, String table, Map<String, String> columns) {
        return new Source(name, version, database, schema, table, columns);
    }
}
