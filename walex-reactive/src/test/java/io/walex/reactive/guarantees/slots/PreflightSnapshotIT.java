package io.walex.reactive.guarantees.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SnapshotOptions;
import io.walex.reactive.config.SnapshotOptions.Keyless;
import io.walex.reactive.config.SnapshotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.InsufficientPrivilegeException;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.error.WalExException;
import io.walex.reactive.preflight.Preflight.Finding;
import io.walex.reactive.preflight.Preflight.Severity;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each thing that a preflight finds of a configured snapshot. */
class PreflightSnapshotIT extends PreflightFixture {

    private WalExConfig.Builder snapshot(String... tables) {
        return config().snapshot(SnapshotSpec.initial(tables));
    }

    private WalExConfig.Builder asRole(WalExConfig.Builder config) {
        database.execute("GRANT USAGE ON SCHEMA public TO " + ROLE);
        return config.username(ROLE).database(database.name());
    }

    private static List<Finding> findings(WalExConfig.Builder config) {
        return WalEx.preflight(config.build()).block(PATIENCE).findings();
    }

    /** Only what it finds beside what it finds without a snapshot. */
    private static List<String> more(WalExConfig.Builder with, WalExConfig.Builder without) {
        List<Finding> usual = findings(without);
        return findings(with).stream()
                .filter(finding -> !usual.contains(finding))
                .map(Finding::toString)
                .toList();
    }

    /** The start fails with the same words. */
    private static void assertFails(WalExConfig.Builder config, Class<? extends WalExException> type, String told) {
        List<Finding> failing = findings(config).stream()
                .filter(finding -> finding.severity() == Severity.FAILS)
                .toList();
        assertThat(failing).singleElement().asString().startsWith("FAILS " + told);
        Finding finding = failing.get(0);

        Throwable failure = catchThrowable(() -> WalEx.changes(config.build()).blockFirst(PATIENCE));
        assertThat(failure).isInstanceOf(type);
        assertThat(failure.getMessage())
                .isEqualToIgnoringCase(finding.subject() + " " + finding.problem() + "; " + finding.remedy());
    }

    @Test
    void whatIsReadAndHowMuch() {
        database.execute("INSERT INTO todo SELECT generate_series(1, 1000)", "VACUUM todo");

        assertThat(more(snapshot("todo"), config()))
                .containsExactly(
                        "COSTS the snapshot: reads 1 table of 72 kB; bound its load with connections(n) and rowsPerSecond(n)");
    }

    @Test
    void tableThatIsNotPublished() {
        assertFails(
                snapshot("todo", "tood"),
                InvalidConfigException.class,
                "the snapshot: is to read a table that is not published: ");
    }

    @Test
    void tableThatIsNotSubscribedTo() {
        database.execute("CREATE TABLE note (id int PRIMARY KEY)", "ALTER PUBLICATION events ADD TABLE note");

        assertFails(
                snapshot("note").subscribe("todo"),
                InvalidConfigException.class,
                "the snapshot: is to read \"note\", which is not subscribed to");
    }

    @Test
    void tableThatTheRoleMayNotRead() {
        assertFails(
                asRole(snapshot("todo")),
                InsufficientPrivilegeException.class,
                "the snapshot: cannot read table \"public\".\"todo\": role \"shop\" has no SELECT right on it");
    }

    @Test
    void rowSecurityThatWouldHideRows() {
        database.execute(
                "GRANT SELECT ON todo TO " + ROLE,
                "ALTER TABLE todo ENABLE ROW LEVEL SECURITY",
                "CREATE POLICY few ON todo USING (id < 5)");

        assertFails(
                asRole(snapshot("todo")),
                InsufficientPrivilegeException.class,
                "the snapshot: cannot read table \"public\".\"todo\": its row level security would hide rows");
    }

    @Test
    void tableWithoutAKey() {
        database.execute(
                "CREATE TABLE log (line text)",
                "ALTER TABLE log REPLICA IDENTITY FULL",
                "ALTER PUBLICATION events ADD TABLE log");

        assertThat(more(snapshot("log"), config()))
                .first()
                .asString()
                .startsWith("HURTS table public.log: has no key that is published: the snapshot reads its ")
                .contains("in one transaction")
                .endsWith("give it a primary key, or refuse such tables with keyless(REFUSE)");
        assertFails(
                config().snapshot(SnapshotSpec.initial("log").options(SnapshotOptions.DEFAULT.keyless(Keyless.REFUSE))),
                InvalidConfigException.class,
                "snapshot \"initial\": cannot read public.log, which has no key that is published");
    }

    @Test
    void largeValuesThatUpdatesLeaveOut() {
        database.execute(
                "CREATE TABLE page (id int PRIMARY KEY, html text)",
                "ALTER TABLE page ALTER COLUMN html SET STORAGE EXTERNAL",
                "ALTER PUBLICATION events ADD TABLE page",
                "INSERT INTO page SELECT i, repeat('x', 100000) FROM generate_series(1, 30) i");
        String finding = "COSTS table public\\.page: has \\d\\.\\d MB of large values, which updates leave out .*";

        assertThat(more(snapshot("page"), config()))
                .anySatisfy(found -> assertThat(found).matches(finding));

        database.execute("ALTER TABLE page REPLICA IDENTITY FULL");
        assertThat(more(snapshot("page"), config()))
                .noneSatisfy(found -> assertThat(found).contains("large values"));
    }

    @Test
    void roleThatDoesNotSeeOtherSessions() {
        database.execute("GRANT SELECT ON todo TO " + ROLE);
        String finding = "COSTS role shop: does not see what other sessions do: before its first row, the snapshot "
                + "waits for all transactions that are running, also for those that are idle; GRANT pg_read_all_stats to it";

        assertThat(more(asRole(snapshot("todo")), config())).contains(finding);

        database.execute("GRANT pg_monitor TO " + ROLE);
        try {
            assertThat(more(asRole(snapshot("todo")), config())).doesNotContain(finding);
        } finally {
            database.execute("REVOKE pg_monitor FROM " + ROLE);
        }
    }

    @Test
    void eachTableThatFailsIsTold() {
        assertThat(findings(snapshot("absent", "todo", "gone")).stream()
                        .filter(finding -> finding.severity() == Severity.FAILS))
                .hasSize(2);
    }
}
