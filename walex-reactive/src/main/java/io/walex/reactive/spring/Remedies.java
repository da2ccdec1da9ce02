package io.walex.reactive.spring;

import io.walex.reactive.error.AuthenticationException;
import io.walex.reactive.error.CapacityException;
import io.walex.reactive.error.CatalogTimeoutException;
import io.walex.reactive.error.ConnectionLostException;
import io.walex.reactive.error.DatabaseNotFoundException;
import io.walex.reactive.error.HostNotFoundException;
import io.walex.reactive.error.InsufficientPrivilegeException;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.error.PublicationNotFoundException;
import io.walex.reactive.error.ServerUnreachableException;
import io.walex.reactive.error.SlotInUseException;
import io.walex.reactive.error.SlotInvalidatedException;
import io.walex.reactive.error.SlotNotFoundException;
import io.walex.reactive.error.SnapshotException;
import io.walex.reactive.error.TlsException;
import io.walex.reactive.error.UnsupportedServerException;
import io.walex.reactive.error.WalExException;
import io.walex.reactive.error.WalLevelException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What to do about an error at the start, with SQL to copy. */
final class Remedies {

    /**
     * The names to put into the SQL, as far as they are known.
     *
     * @param role null when it is not known
     */
    record Names(
            List<String> publications,
            @Nullable String slot,
            @Nullable String role) {

        private String slotText() {
            return "'" + (slot == null ? "slot" : slot).replace("'", "''") + "'";
        }

        private String roleName() {
            return role == null ? "CURRENT_ROLE" : quoted(role);
        }
    }

    private static final Map<Class<? extends WalExException>, Function<Names, String>> BY_TYPE = Map.ofEntries(
            remedy(WalLevelException.class, names -> """
                    As a superuser, run this and restart PostgreSQL:

                        ALTER SYSTEM SET wal_level = logical;

                    In a container, start it with: -c wal_level=logical"""),
            remedy(PublicationNotFoundException.class, Remedies::publication),
            remedy(SlotNotFoundException.class, names -> """
                    Make the slot; it keeps the changes from then on:

                        SELECT pg_create_logical_replication_slot(%s, 'pgoutput');

                    Or leave out walex.slot.must-exist.""".formatted(names.slotText())),
            remedy(SlotInUseException.class, names -> """
                    See who has it:

                        SELECT s.active_pid, a.application_name, a.client_addr
                        FROM pg_replication_slots s LEFT JOIN pg_stat_activity a ON a.pid = s.active_pid
                        WHERE s.slot_name = %s;

                    Stop that consumer, or set another walex.slot.name. With walex.slot.when-in-use=wait this application \
                    stands by and takes over when the other one ends.""".formatted(names.slotText())),
            remedy(SlotInvalidatedException.class, names -> """
                    Changes are lost that the slot should have kept. Read the tables anew (walex.snapshot.tables), with a new \
                    slot in the place of this one:

                        SELECT pg_drop_replication_slot(%s);""".formatted(names.slotText())),
            remedy(InsufficientPrivilegeException.class, names -> """
                    As a superuser, run what is missing:

                        ALTER ROLE %1$s REPLICATION;
                        GRANT CONNECT ON DATABASE "..." TO %1$s;
                        GRANT SELECT ON TABLE "..." TO %1$s;""".formatted(names.roleName())),
            remedy(CapacityException.class, names -> """
                    See what is in use, and drop what nobody needs:

                        SELECT slot_name, database, active FROM pg_replication_slots;

                    Or raise the limits, and restart PostgreSQL:

                        ALTER SYSTEM SET max_replication_slots = 20;
                        ALTER SYSTEM SET max_wal_senders = 20;"""),
            remedy(
                    AuthenticationException.class,
                    names ->
                            "Check walex.username and walex.password (or those of spring.r2dbc or spring.datasource), and that pg_hba.conf lets the role connect."),
            remedy(
                    DatabaseNotFoundException.class,
                    names -> "Check the database's name in walex.url or walex.database."),
            remedy(HostNotFoundException.class, names -> "Check the host's name in walex.url or walex.host."),
            remedy(
                    ServerUnreachableException.class,
                    names ->
                            "Check the address in walex.url, or walex.host and walex.port. It must lead to the primary itself: replication goes through no pooler."),
            remedy(
                    TlsException.class,
                    names ->
                            "Check walex.ssl-mode and walex.ssl-root-cert. Only verify-ca and verify-full check the server's certificate."),
            remedy(
                    UnsupportedServerException.class,
                    names -> "Leave out the property that the server does not know, or upgrade the server."),
            remedy(CatalogTimeoutException.class, names -> """
                    Look for what the server is busy with, or raise walex.liveness-timeout:

                        SELECT pid, state, wait_event_type, query FROM pg_stat_activity WHERE state <> 'idle';"""),
            remedy(ConnectionLostException.class, names -> "See PostgreSQL's log for why it ended the connection."),
            remedy(SnapshotException.class, names -> "Do what the description says; see walex.snapshot.*."),
            remedy(
                    InvalidConfigException.class,
                    names -> "Correct the property, or the bean that sets it. All properties begin with walex."));

    private Remedies() {}

    private static Map.Entry<Class<? extends WalExException>, Function<Names, String>> remedy(
            Class<? extends WalExException> type, Function<Names, String> remedy) {
        return Map.entry(type, remedy);
    }

    /** Null when the error says all there is to say. */
    static @Nullable String of(WalExException error, Names names) {
        Function<Names, String> remedy = BY_TYPE.get(error.getClass());
        return remedy == null ? null : remedy.apply(names);
    }

    private static String publication(Names names) {
        String first =
                names.publications().isEmpty() ? "events" : names.publications().get(0);
        return """
                Make the publication, of the tables that you want:

                    CREATE PUBLICATION %s FOR TABLE "...";

                Or set walex.publication-setup=create, with which it is made of the tables of walex.subscribe.""".formatted(quoted(first));
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}
