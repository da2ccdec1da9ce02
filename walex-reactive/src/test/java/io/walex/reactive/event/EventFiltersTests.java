package io.walex.reactive.event;

import static io.walex.reactive.event.EventFilters.changed;
import static io.walex.reactive.event.EventFilters.changedTo;
import static io.walex.reactive.event.EventFilters.isNull;
import static io.walex.reactive.event.EventFilters.schema;
import static io.walex.reactive.event.EventFilters.table;
import static io.walex.reactive.event.EventFilters.type;
import static io.walex.reactive.event.EventFilters.unwatchedFields;
import static io.walex.reactive.event.EventFilters.unwatchedRecords;
import static io.walex.reactive.event.EventFilters.where;
import static io.walex.reactive.event.EventFilters.whereIn;
import static io.walex.reactive.event.SampleEvents.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.walex.reactive.pgoutput.ReplicaIdentity;
import io.walex.reactive.testsupport.LogLines;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class EventFiltersTests {

    private final SampleEvents full = SampleEvents.of("user", ReplicaIdentity.FULL);
    private final SampleEvents keyed = SampleEvents.of("user", ReplicaIdentity.DEFAULT);

    @Test
    void selectsTablesSchemasAndTypes() {
        Event event = full.insert("1", "a", "b");

        assertThat(List.of("user", "public.user", "public.*", "*"))
                .allMatch(pattern -> table(pattern).test(event));
        assertThat(List.of("users", "sales.user", "sales.*"))
                .noneMatch(pattern -> table(pattern).test(event));
        assertThat(table("todo", "user")).accepts(event);
        assertThat(schema("public")).accepts(event);
        assertThat(schema("sales")).rejects(event);
        assertThat(type(EventType.INSERT, EventType.DELETE)).accepts(event);
        assertThat(type(EventType.UPDATE)).rejects(event);
    }

    @Test
    void combinesWithAnyPredicate() {
        Event event = full.insert("1", "a", "b");
        Predicate<Event> own = e -> e.name().equals("user");

        assertThat(table("user").and(own)).accepts(event);
        assertThat(table("todo").or(own)).accepts(event);
        assertThat(table("user").negate()).rejects(event);
        assertThat(own.and(where("name", "x").negate())).accepts(event);
    }

    @Test
    void comparesValuesOfAnyNumberTypeAndText() {
        Event event = full.insert("1", "a", null);

        assertThat(List.of(1, 1L, 1.0, "1"))
                .allMatch(value -> where("id", value).test(event));
        assertThat(where("id", 2)).rejects(event);
        assertThat(where("name", "a")).accepts(event);
        assertThat(where("email", null)).accepts(event);
        assertThat(isNull("email")).accepts(event);
        assertThat(isNull("name")).rejects(event);
        assertThat(whereIn("id", List.of(3, 1))).accepts(event);
        assertThat(where("id", Integer.class, id -> id > 0)).accepts(event);
    }

    @Test
    void nothingPassesWhatCannotBeSeen() {
        Event deleted = keyed.delete(true, "1", null, null);
        Event toasted = keyed.update("1", "a", SampleEvents.UNCHANGED);
        List<Predicate<Event>> unseen = List.of(
                where("email", "x"),
                where("email", String.class, email -> true),
                whereIn("email", List.of("x")),
                isNull("email"),
                where("no_such_column", null));

        for (Predicate<Event> filter : unseen) {
            for (Event event : List.of(deleted, toasted)) {
                assertThat(filter).rejects(event);
                assertThat(filter.negate()).rejects(event);
                assertThat(Predicate.not(filter)).rejects(event);
                assertThat(filter.negate().and(table("user"))).rejects(event);
                assertThat(table("user").and(filter).negate()).rejects(event);
                assertThat(filter.or(table("todo"))).rejects(event);
                assertThat(filter.or(table("user"))).accepts(event);
            }
        }
    }

    @Test
    void nullIsNeitherEqualNorDifferentForAPredicateOnTheValue() {
        Event event = full.insert("1", "a", null);

        Predicate<Event> filter = where("email", String.class, email -> true);
        assertThat(filter).rejects(event);
        assertThat(filter.negate()).rejects(event);
    }

    @Test
    void dropsRecordsThatMatchAllUnwatchedPairs() {
        Map<String, Object> pairs = new HashMap<>(Map.of("id", 1));
        pairs.put("email", null);
        Predicate<Event> filter = unwatchedRecords(pairs);

        assertThat(filter).rejects(full.insert("1", "a", null));
        assertThat(filter).accepts(full.insert("1", "a", "b"));
        assertThat(filter).accepts(full.insert("2", "a", null));
        assertThat(filter).rejects(full.delete(false, "1", "a", null));
        assertThat(filter).rejects(full.update(row("1", "a", "x"), row("1", "a", null)));
        assertThat(filter).accepts(full.truncate());
        assertThatIllegalArgumentException().isThrownBy(() -> unwatchedRecords(Map.of()));
    }

    @Test
    void dropsUpdatesOfUnwatchedFieldsOnly() {
        Predicate<Event> filter = unwatchedFields("email");

        assertThat(filter).rejects(full.update(row("1", "a", "x"), row("1", "a", "y")));
        assertThat(filter).rejects(full.update(row("1", "a", "x"), row("1", "a", "x")));
        assertThat(filter).rejects(full.update(row("1", "a", "x"), row("1", SampleEvents.UNCHANGED, "y")));
        assertThat(filter).accepts(full.update(row("1", "a", "x"), row("1", "b", "y")));
        assertThat(filter).accepts(full.update(row("1", "a", "x"), row("1", null, "x")));
        assertThat(filter).accepts(full.insert("1", "a", "x"));
        assertThat(filter).accepts(full.delete(false, "1", "a", "x"));
    }

    @Test
    void passesWhatItCannotUnwatchAndWarnsOncePerTable() {
        Logger logger = (Logger) LoggerFactory.getLogger(EventFilters.class);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        try {
            Predicate<Event> fields = unwatchedFields("email");
            Predicate<Event> records = unwatchedRecords(Map.of("email", "x"));
            SampleEvents todos = SampleEvents.of("todo", ReplicaIdentity.DEFAULT);
            for (SampleEvents table : List.of(keyed, todos)) {
                for (int i = 0; i < 3; i++) {
                    assertThat(fields).accepts(table.update("1", "a", "x"));
                    assertThat(records).accepts(table.delete(true, "1", null, null));
                }
            }
        } finally {
            logger.detachAppender(log);
        }

        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactlyInAnyOrder(
                        "unwatchedFields(email) cannot tell what an update of public.user changed, so such updates pass; ALTER TABLE ... REPLICA IDENTITY FULL would tell",
                        "unwatchedFields(email) cannot tell what an update of public.todo changed, so such updates pass; ALTER TABLE ... REPLICA IDENTITY FULL would tell",
                        "unwatchedRecords cannot see email in a record of public.user; such events pass",
                        "unwatchedRecords cannot see email in a record of public.todo; such events pass");
    }

    @Test
    void seesWhichColumnChanged() {
        Event update = full.update(row("1", "a", "x"), row("1", "b", SampleEvents.UNCHANGED));

        assertThat(changed("name")).accepts(update);
        assertThat(changed("id", "name")).accepts(update);
        assertThat(changed("email")).rejects(update);
        assertThat(changed("email").negate()).accepts(update);
        assertThat(changedTo("name", "b")).accepts(update);
        assertThat(changedTo("name", "a")).rejects(update);
        assertThat(changedTo("email", "x")).rejects(update);
        assertThat(changed("name")).rejects(full.insert("1", "b", "x"));
    }

    @Test
    void changesThatCannotBeSeenPassNeitherWay() {
        Event update = keyed.update("1", "b", SampleEvents.UNCHANGED);

        assertThat(changed("name")).rejects(update);
        assertThat(changed("name").negate()).rejects(update);
        assertThat(changedTo("name", "b")).rejects(update);
        assertThat(changed("id").negate()).accepts(update);
        assertThat(changed("email").negate()).accepts(update);
    }

    @Test
    void rowsOfSnapshotsAreSelectedByTheirValuesAndChangedNothing() {
        Event read = full.read("1", "a", null);

        assertThat(type(EventType.READ)).accepts(read);
        assertThat(type(EventType.INSERT, EventType.SNAPSHOT_COMPLETED)).rejects(read);
        assertThat(table("user").and(where("name", "a")).and(isNull("email"))).accepts(read);
        assertThat(whereIn("id", List.of(2, 3))).rejects(read);
        assertThat(read.changes()).isEmpty();
        assertThat(List.of("id", "name", "email", "missing"))
                .allMatch(column -> changed(column).negate().test(read))
                .noneMatch(column -> changed(column).test(read));
        assertThat(changedTo("name", "a")).rejects(read);
        assertThat(unwatchedFields("name", "email")).accepts(read);
        assertThat(unwatchedRecords(Map.of("name", "b"))).accepts(read);
        assertThat(unwatchedRecords(Map.of("name", "a"))).rejects(read);
    }

    @Test
    void endsOfSnapshotsHaveATableAndNoRecord() {
        Event completed = full.completed(new SnapshotSummary("initial", 1, 1, 1));

        assertThat(type(EventType.SNAPSHOT_COMPLETED)).accepts(completed);
        assertThat(table("user")).accepts(completed);
        assertThat(schema("public")).accepts(completed);
        assertThat(completed.changes()).isEmpty();
        assertThat(List.of(where("id", 1), where("id", 1).negate(), isNull("email"), changed("id")))
                .noneMatch(filter -> filter.test(completed));
        assertThat(List.of(unwatchedFields("id"), unwatchedRecords(Map.of("id", 1))))
                .allMatch(filter -> filter.test(completed));
    }

    @Test
    void remembersTheTablesItNames() {
        Predicate<Event> filter =
                table("user").and(where("id", 1)).or(table("sales.todo").negate());

        assertThat(EventFilters.tablesOf(filter))
                .extracting(TablePattern::toString)
                .containsExactly("user", "sales.todo");
        assertThat(EventFilters.tablesOf(event -> true)).isEmpty();
    }

    @Test
    void tellsEachStreamOnceOfTablesThatAreNotThere() {
        Predicate<Event> filter = table("usrs");
        PublishedTables published = new PublishedTables(
                List.of("events"), List.of(new PublishedTables.Entry("public", "users", List.of("id"))));
        List<SampleEvents> streams = List.of(SampleEvents.of("users", published), SampleEvents.of("users", published));
        try (LogLines log = LogLines.capture(EventFilters.class)) {
            for (SampleEvents stream : streams) {
                assertThat(filter).rejects(stream.insert("1", "a", "b"), stream.insert("2", "a", "b"));
            }

            String warning =
                    "test has a filter that names what cannot come: \"usrs\" is not in publication \"events\"; it has \"users\"";
            assertThat(log.messages()).containsExactly(warning, warning);
        }
    }
}
