package io.walex.reactive.server;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The settings that every connection has, whatever the server, the database or the role is set to. They are startup
 * parameters, which win over all three, and which {@code RESET} comes back to. The first statement of a connection sees
 * whether they are in force, since a pooler may leave startup parameters out.
 *
 * @see <a href="https://www.postgresql.org/docs/current/runtime-config-client.html">Client connection defaults</a>
 */
public final class SessionSettings {

    /** By name, as {@code current_setting} shows them. Servers from 14 on know all, and any role may set them. */
    public static final Map<String, String> PINNED = pinned();

    /**
     * Gives the process's id and then the settings in the order of {@link #PINNED}, and switches off what servers before 17
     * do not know, and so cannot be a startup parameter. As long as the settings have not been seen, any name could lead to
     * somebody else's object: none stands without its schema, and there is no operator and no cast.
     */
    private static final String STATEMENT = "SELECT pg_catalog.pg_backend_pid(), "
            + PINNED.keySet().stream()
                    .map(name -> "pg_catalog.current_setting('" + name + "')")
                    .collect(Collectors.joining(", "))
            + ", CASE WHEN pg_catalog.current_setting('transaction_timeout', true) IS NOT NULL"
            + " THEN pg_catalog.set_config('transaction_timeout', '0', false) END";

    private SessionSettings() {}

    private static Map<String, String> pinned() {
        Map<String, String> pinned = new LinkedHashMap<>();
        // What names, operators and casts mean. Where pg_temp is not named, temporary tables and types come first.
        pinned.put("search_path", "pg_catalog, pg_temp");
        // What SQL and the text of values and names are like.
        pinned.put("client_encoding", "UTF8");
        pinned.put("standard_conforming_strings", "on");
        pinned.put("quote_all_identifiers", "off");
        pinned.put("DateStyle", "ISO, YMD");
        pinned.put("IntervalStyle", "postgres");
        pinned.put("TimeZone", "UTC");
        pinned.put("extra_float_digits", "3");
        pinned.put("bytea_output", "hex");
        // What could end a stream, or the making of a slot, which waits for transactions.
        pinned.put("statement_timeout", "0");
        pinned.put("lock_timeout", "0");
        pinned.put("idle_session_timeout", "0");
        pinned.put("idle_in_transaction_session_timeout", "0");
        pinned.put("exit_on_error", "off");
        // A standby refuses to be serializable.
        pinned.put("default_transaction_isolation", "read committed");
        // What comes between the rows.
        pinned.put("client_min_messages", "notice");
        return Collections.unmodifiableMap(pinned);
    }

    /** To be the first statement of a connection. */
    static String statement() {
        return STATEMENT;
    }

    /**
     * Reads the answer to {@link #statement}.
     *
     * @return the process's id
     * @throws ForeignSessionException naming what is not in force
     */
    static int backendPid(List<List<String>> rows) {
        List<String> values = rows.get(0);
        int column = 1;
        for (Map.Entry<String, String> setting : PINNED.entrySet()) {
            String value = values.get(column++);
            if (!value.equals(setting.getValue())) {
                throw new ForeignSessionException(
                        "the session has %s = '%s' where '%s' was asked for: a pooler leaves it out (PgBouncer's ignore_startup_parameters), or a login trigger sets it; connect to the server itself, not through a pooler, or leave this role out of the trigger"
                                .formatted(setting.getKey(), value, setting.getValue()));
            }
        }
        return Integer.parseInt(values.get(0));
    }
}
