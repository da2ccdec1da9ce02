package io.walex.reactive.testsupport;

import java.util.LinkedHashMap;
import java.util.Map;

/** The settings of every server that tests start. */
final class ServerSettings {

    private static final Map<String, String> DEFAULTS = Map.of(
            "wal_level", "logical",
            "max_wal_senders", "64",
            "max_replication_slots", "64",
            "max_connections", "200",
            "max_prepared_transactions", "20",
            "fsync", "off",
            // A walsender sends only flushed WAL: asynchronous commits would delay every event.
            "synchronous_commit", "on",
            "timezone", "UTC");

    private ServerSettings() {}

    static Map<String, String> with(Map<String, String> settings) {
        Map<String, String> all = new LinkedHashMap<>(DEFAULTS);
        all.putAll(settings);
        return all;
    }
}
