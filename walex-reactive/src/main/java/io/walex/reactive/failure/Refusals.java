package io.walex.reactive.failure;

import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.AuthenticationException;
import io.walex.reactive.error.CapacityException;
import io.walex.reactive.error.DatabaseNotFoundException;
import io.walex.reactive.error.InsufficientPrivilegeException;
import io.walex.reactive.error.PublicationNotFoundException;
import io.walex.reactive.error.ServerException;
import io.walex.reactive.error.ServerUnreachableException;
import io.walex.reactive.error.SlotInUseException;
import io.walex.reactive.error.SlotInvalidatedException;
import io.walex.reactive.error.SlotNotFoundException;
import io.walex.reactive.error.WalExException;
import io.walex.reactive.error.WalLevelException;
import io.walex.reactive.server.Refusal;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * What the server's errors mean for the caller, by SQLSTATE, and by routine where PostgreSQL has one code for several
 * things. Names come from the configuration, since the text of an error is in the server's language.
 *
 * @see <a href="https://www.postgresql.org/docs/current/errcodes-appendix.html">PostgreSQL error codes</a>
 */
final class Refusals {

    private static final Map<String, Function<Refusals, WalExException>> BY_STATE = Map.ofEntries(
            Map.entry("08P01", Refusals::protocolViolation),
            Map.entry("0A000", Refusals::notSupported),
            Map.entry("28000", Refusals::login),
            Map.entry("28P01", Refusals::login),
            Map.entry("3D000", Refusals::noDatabase),
            Map.entry("42501", Refusals::noPrivilege),
            Map.entry("42704", Refusals::undefined),
            Map.entry("53300", Refusals::noConnection),
            Map.entry("53400", Refusals::noSlot),
            Map.entry("54000", Refusals::tooLarge),
            Map.entry("55000", Refusals::notReady),
            Map.entry("55006", Refusals::inUse),
            Map.entry("55P03", Refusals::locked),
            Map.entry("58P01", Refusals::noFile),
            Map.entry("XX000", Refusals::tooLarge));

    /** Where PostgreSQL asks for the gigabyte that it cannot have. */
    private static final Set<String> ALLOCATIONS = Set.of(
            "enlargeStringInfo",
            "MemoryContextAlloc",
            "MemoryContextAllocExtended",
            "MemoryContextAllocZero",
            "MemoryContextSizeFailure",
            "palloc",
            "palloc0",
            "repalloc");

    private static final String REPLICATION =
            "grant it with ALTER ROLE ... REPLICATION (Amazon RDS: GRANT rds_replication)";

    private static final String DIRECTLY = "connect to the server itself, not through a pooler such as PgBouncer";

    private final Refusal refusal;
    private final Attempted attempted;
    private final Throwable error;

    private Refusals(Refusal refusal, Attempted attempted, Throwable error) {
        this.refusal = refusal;
        this.attempted = attempted;
        this.error = error;
    }

    static WalExException explain(Refusal refusal, Attempted attempted, Throwable error) {
        Refusals refused = new Refusals(refusal, attempted, error);
        Function<Refusals, WalExException> known = BY_STATE.get(refusal.state());
        if (known != null) {
            return known.apply(refused);
        }
        return isConnectionLoss(refusal.state()) ? attempted.lost(refusal.says(), error) : refused.other();
    }

    private static boolean isConnectionLoss(String state) {
        // 57014: an administrator cancelled what the walsender was doing.
        return state.startsWith("08") || state.startsWith("57P") || state.equals("57014");
    }

    private WalExConfig config() {
        return attempted.config();
    }

    private WalExException login() {
        return new AuthenticationException(
                "%s refuses user \"%s\": %s; check user name, password and pg_hba.conf"
                        .formatted(attempted.server(), config().username(), refusal.says()),
                error);
    }

    private WalExException noDatabase() {
        return new DatabaseNotFoundException(
                "Database \"%s\" does not exist at %s; check its name"
                        .formatted(config().database(), attempted.server()),
                error);
    }

    /** PostgreSQL always names the routine, and poolers have none to name. */
    private WalExException protocolViolation() {
        return refusal.routine() != null
                ? other()
                : new ServerUnreachableException(
                        "What answers at %s is a connection pooler or proxy, through which nothing can be streamed: %s; %s"
                                .formatted(attempted.server(), refusal.coded(), DIRECTLY),
                        error);
    }

    /** Commands of replication are errors of syntax where a pooler has left out that a connection is for replication. */
    static WalExException ordinaryConnection(Attempted attempted, Throwable error) {
        return new ServerUnreachableException(
                "%s gives no replication connection, but an ordinary one, as behind a connection pooler or proxy that ignores what it does not know: %s; %s"
                        .formatted(attempted.server(), error.getMessage(), DIRECTLY),
                error);
    }

    private WalExException noPrivilege() {
        if (refusal.isFrom("CheckMyDatabase")) {
            return privilege("may not connect to database \"" + config().database() + "\"", """
                    grant it with GRANT CONNECT ON DATABASE "%s" TO "%s\"""".formatted(
                            config().database(), config().username()));
        }
        String remedy = refusal.isFrom("InitPostgres", "CheckSlotPermissions", "check_permissions")
                ? REPLICATION
                : "grant it that, and REPLICATION where it lacks it (ALTER ROLE ... REPLICATION; Amazon RDS: GRANT rds_replication)";
        return privilege("may not stream from " + attempted.slot(), remedy);
    }

    private WalExException privilege(String lacks, String remedy) {
        return new InsufficientPrivilegeException(
                "Role \"%s\" %s: %s; %s".formatted(config().username(), lacks, refusal.says(), remedy), error);
    }

    private WalExException inUse() {
        return new SlotInUseException(
                "%s is in use: %s; stop that consumer, use another slot, or choose whenInUse(WAIT)"
                        .formatted(theSlot(), refusal.says()),
                error);
    }

    private WalExException noConnection() {
        return new CapacityException(
                "%s has no connection left for %s: %s; raise max_wal_senders or max_connections"
                        .formatted(attempted.server(), attempted.slot(), refusal.says()),
                error);
    }

    private WalExException noSlot() {
        return new CapacityException(
                "%s has no replication slot left for %s: %s; drop unused ones or raise max_replication_slots"
                        .formatted(attempted.server(), attempted.slot(), refusal.says()),
                error);
    }

    private WalExException undefined() {
        if (refusal.isFrom("ReplicationSlotAcquire")) {
            return new SlotNotFoundException(
                    "%s does not exist: %s; create it, or let the stream do so".formatted(theSlot(), refusal.says()),
                    error);
        }
        if (refusal.isFrom("get_publication_oid")) {
            return new PublicationNotFoundException(
                    "%s was dropped while it was streamed from: %s; create it again, and drop and make anew %s, which holds changes from before"
                            .formatted(thePublication(), refusal.says(), attempted.slot()),
                    error);
        }
        return other();
    }

    private WalExException locked() {
        return new ServerException(
                "Publication %s could not be changed, since another session holds a lock on it or on one of its tables (as VACUUM and CREATE INDEX CONCURRENTLY do): %s; wait for that session, which pg_locks tells, or end it"
                        .formatted(attempted.publications(), refusal.says()),
                error);
    }

    /** Of the files that can be missing, only WAL has to do with the slot. */
    private WalExException noFile() {
        return refusal.isFrom("WalSndSegmentOpen", "CheckXLogRemoved") ? invalidated() : other();
    }

    private WalExException notReady() {
        if (refusal.isFrom("CheckLogicalDecodingRequirements", "CheckSlotRequirements", "xlog_decode")) {
            return new WalLevelException(
                    "%s cannot decode for %s: %s; set wal_level = logical there and restart that server"
                            .formatted(attempted.server(), attempted.slot(), refusal.says()),
                    error);
        }
        if (refusal.isFrom("pg_current_wal_lsn", "pg_walfile_name")
                // A slot that is a copy of the primary's comes with a hint, and one that was invalidated without.
                || refusal.isFrom("CreateDecodingContext") && refusal.hinted()) {
            return standby();
        }
        return refusal.isFrom(
                        "CreateDecodingContext",
                        "pg_logical_slot_get_changes_guts",
                        "ReplicationSlotAcquire",
                        "StartLogicalReplication")
                ? invalidated()
                : other();
    }

    private WalExException notSupported() {
        return refusal.isFrom("CheckLogicalDecodingRequirements") ? standby() : other();
    }

    private WalExException standby() {
        return new ServerUnreachableException(
                "%s is a standby, where %s cannot be used: %s; promote it, or lead the address to the primary"
                        .formatted(attempted.server(), attempted.slot(), refusal.says()),
                error);
    }

    private WalExException invalidated() {
        return new SlotInvalidatedException(
                "%s can no longer be read: %s; drop it, and take a new snapshot of the tables"
                        .formatted(theSlot(), refusal.says()),
                error);
    }

    private WalExException tooLarge() {
        if (refusal.routine() == null || !ALLOCATIONS.contains(refusal.routine())) {
            return other();
        }
        String remedy = config().binary()
                ? "leave the column out of the publication, or keep such values elsewhere"
                : "set binary(true), under which a bytea and many other values take fewer bytes, or leave the column out of the publication";
        return new ServerException(
                "%s cannot send a row from %s, which takes more than 1 GB as %s: %s; %s"
                        .formatted(
                                attempted.server(),
                                attempted.slot(),
                                config().binary() ? "binary" : "text",
                                refusal.coded(),
                                remedy),
                error);
    }

    private WalExException other() {
        return new ServerException(
                attempted.streaming()
                        ? "%s ended the stream from %s: %s"
                                .formatted(attempted.server(), attempted.slot(), refusal.coded())
                        : "%s refused a command of \"%s\": %s"
                                .formatted(attempted.server(), config().name(), refusal.coded()),
                error);
    }

    private String theSlot() {
        return Character.toUpperCase(attempted.slot().charAt(0))
                + attempted.slot().substring(1);
    }

    private String thePublication() {
        return config().publications().size() == 1
                ? "Publication " + attempted.publications()
                : "One of the publications " + attempted.publications();
    }
}
