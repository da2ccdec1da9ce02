package io.walex.reactive.event;

import static io.walex.reactive.event.TestEvents.UNCHANGED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.walex.reactive.codec.PgType;
import io.walex.reactive.codec.TypeRegistry;
import io.walex.reactive.pgoutput.ReplicaIdentity;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

class TestEventsTests {

    private final TestEvents users = users().build();

    private static TestEvents.Builder users() {
        return TestEvents.table("user").key("id", "int4").column("name", "text").column("email", "text");
    }

    record User(int id, String name, @Nullable String email) {}

    private static Row after(Event event) {
        Row row = event.newRecord();
        assertThat(row).isNotNull();
        return row;
    }

    private static Row before(Event event) {
        Row row = event.oldRecord();
        assertThat(row).isNotNull();
        return row;
    }

    @Test
    void insertsARowByNamesOrInTheColumnsOrder() {
        Event named = users.insert(Map.of("id", 1, "name", "Ada"));
        Event ordered = users.insert(2, "Grace", null);

        assertThat(named.type()).isEqualTo(EventType.INSERT);
        assertThat(named.source().schema()).isEqualTo("public");
        assertThat(after(named).as(User.class)).isEqualTo(new User(1, "Ada", null));
        assertThat(after(ordered).as(User.class)).isEqualTo(new User(2, "Grace", null));
        assertThat(after(ordered).isNull("email")).isTrue();
    }

    @Test
    void readsTheTablesNameAsPatternsDo() {
        TestEvents orders = TestEvents.table("sales.order").key("id", "int4").build();
        TestEvents odd =
                TestEvents.table("\"my.schema\".todo").key("id", "int4").build();

        assertThat(orders.insert(1).source())
                .extracting(Source::schema, Source::table)
                .containsExactly("sales", "order");
        assertThat(odd.insert(1).source())
                .extracting(Source::schema, Source::table)
                .containsExactly("my.schema", "todo");
        assertThatIllegalArgumentException().isThrownBy(() -> TestEvents.table("sales.*"));
    }

    @Test
    void anUpdateBringsTheOldKeyOnlyWhenItChanged() {
        Map<String, Object> ada = Map.of("id", 1, "name", "Ada");

        assertThat(users.update(ada).oldRecord()).isNull();
        assertThat(users.update(ada, Map.of("id", 1, "name", "Grace")).oldRecord())
                .isNull();
        Event moved = users.update(ada, Map.of("id", 2, "name", "Ada"));
        assertThat(before(moved).asMap()).isEqualTo(Map.of("id", 1));
        assertThat(moved.changes()).containsOnlyKeys("id");
    }

    @Test
    void withFullIdentityUpdatesAndDeletesBringTheOldRow() {
        TestEvents full = users().replicaIdentity(ReplicaIdentity.FULL).build();

        Event renamed = full.update(List.of(1, "Ada", "a@x"), List.of(1, "Grace", UNCHANGED));
        Event removed = full.delete(1, "Grace", "a@x");

        assertThat(renamed.changes()).containsOnlyKeys("name");
        assertThat(after(renamed).isUnchanged("email")).isTrue();
        assertThat(after(renamed).get("email")).isEqualTo("a@x");
        assertThat(before(removed).as(User.class)).isEqualTo(new User(1, "Grace", "a@x"));
        assertThatIllegalStateException()
                .isThrownBy(() -> full.update(1, "Ada", null))
                .withMessage(
                        "With REPLICA IDENTITY FULL an update of public.user brings the old row; give it: update(old, row)");
    }

    @Test
    void aDeleteBringsItsKey() {
        assertThat(before(users.delete(1)).asMap()).isEqualTo(Map.of("id", 1));
        assertThat(before(users.delete(Map.of("id", 2, "name", "Ada"))).asMap()).isEqualTo(Map.of("id", 2));
    }

    @Test
    void anUnchangedValueIsNotThere() {
        Event event = users.update(1, "Ada", UNCHANGED);

        assertThat(after(event).isUnchanged("email")).isTrue();
        assertThat(after(event).has("email")).isFalse();
    }

    @Test
    void truncatesAndSendsMessages() {
        Event truncated = users.truncate();
        Event cascading = users.truncate(new Truncation(true, false));
        Event message = users.message("audit", new byte[] {1, 2});

        assertThat(truncated.type()).isEqualTo(EventType.TRUNCATE);
        assertThat(cascading.truncation().cascade()).isTrue();
        assertThat(message.name()).isEqualTo("audit");
        assertThat(message.message().content()).containsExactly(1, 2);
    }

    @Test
    void positionsGrowThroughTransactions() {
        Event first = users.insert(1, "Ada", null);
        Event second = users.insert(2, "Grace", null);
        Event third = users.nextTransaction().insert(3, "Edsger", null);

        assertThat(List.of(third, first, second).stream().map(Event::position).sorted())
                .containsExactly(first.position(), second.position(), third.position());
        assertThat(second.lsn()).isEqualTo(first.lsn());
        assertThat(third.xid()).isNotEqualTo(second.xid());
        assertThat(third.timestamp()).isAfter(second.timestamp());
    }

    @Test
    void rowsThatAreReadComeBetweenTransactions() {
        Event before = users.insert(1, "Ada", null);
        Event read = users.read(Map.of("id", 2, "name", "Grace"));
        Event completed = users.snapshotCompleted(new SnapshotSummary("initial", 1, 20, 1));
        Event after = users.insert(3, "Edsger", null);

        assertThat(read.type()).isEqualTo(EventType.READ);
        assertThat(after(read).as(User.class)).isEqualTo(new User(2, "Grace", null));
        assertThat(read.oldRecord()).isNull();
        assertThat(read.lsn()).isEqualTo(before.lsn());
        assertThat(read.xid()).isZero();
        assertThat(completed.type()).isEqualTo(EventType.SNAPSHOT_COMPLETED);
        assertThat(completed.snapshotSummary().rows()).isEqualTo(1);
        assertThat(completed.newRecord()).isNull();
        assertThat(after.lsn()).isGreaterThan(before.lsn());
        assertThat(List.of(before, read, completed, after))
                .extracting(Event::position)
                .isSorted();
        assertThatIllegalArgumentException().isThrownBy(() -> users.read(Map.of("name", "Ada")));
    }

    @Test
    void severalTablesShareATransaction() {
        TestEvents orders =
                TestEvents.table("order").key("id", "int8").together(users).build();

        Event user = users.insert(1, "Ada", null);
        Event order = orders.insert(10L);
        users.nextTransaction();

        assertThat(order.lsn()).isEqualTo(user.lsn());
        assertThat(order.position()).isGreaterThan(user.position());
        assertThat(orders.insert(11L).position()).isGreaterThan(order.position());
        assertThat(orders.insert(12L).xid()).isEqualTo(2);
    }

    @Test
    void takesJavaValuesAndGivesThemBackAsAStreamDoes() {
        UUID uuid = UUID.randomUUID();
        OffsetDateTime noon = OffsetDateTime.of(2024, 2, 29, 12, 30, 0, 1_000, ZoneOffset.ofHours(2));
        TestEvents typed = TestEvents.table("typed")
                .key("id", "uuid")
                .column("flag", "bool")
                .column("price", "numeric")
                .column("rate", "float8")
                .column("day", "date")
                .column("at", "timestamp")
                .column("moment", "timestamptz")
                .column("instant", "timestamptz")
                .column("bytes", "bytea")
                .column("tags", "text[]")
                .column("grid", "_int4")
                .column("extra", "jsonb")
                .build();

        Row row = after(typed.insert(
                uuid,
                true,
                new BigDecimal("1.50"),
                1.0,
                LocalDate.of(2024, 2, 29),
                LocalDateTime.of(2024, 2, 29, 12, 0),
                noon,
                Instant.parse("2024-02-29T10:30:00Z"),
                new byte[] {1, (byte) 0xFF},
                List.of("a", "b c", "", "NULL", "q\"\\"),
                new int[][] {{1, 2}, {3, 4}},
                Map.of("a", List.of(1, 2))));

        assertThat(row.get("id")).isEqualTo(uuid);
        assertThat(row.get("flag")).isEqualTo(true);
        assertThat(row.getText("flag")).isEqualTo("t");
        assertThat(row.get("price")).isEqualTo(new BigDecimal("1.50"));
        assertThat(row.getText("rate")).isEqualTo("1");
        assertThat(row.get("day")).isEqualTo(LocalDate.of(2024, 2, 29));
        assertThat(row.getText("at")).isEqualTo("2024-02-29 12:00:00");
        assertThat(row.getText("moment")).isEqualTo("2024-02-29 10:30:00.000001+00");
        assertThat(row.get("moment", Instant.class)).isEqualTo(noon.toInstant());
        assertThat(row.get("instant", Instant.class)).isEqualTo(Instant.parse("2024-02-29T10:30:00Z"));
        assertThat(row.get("bytes", byte[].class)).containsExactly(1, 0xFF);
        assertThat(row.get("tags")).isEqualTo(List.of("a", "b c", "", "NULL", "q\"\\"));
        assertThat(row.get("grid")).isEqualTo(List.of(List.of(1, 2), List.of(3, 4)));
        assertThat(row.getText("extra")).isEqualTo("{\"a\":[1,2]}");
    }

    @Test
    void takesPostgresTextForAnyType() {
        TestEvents typed = TestEvents.table("typed")
                .key("id", "int4")
                .column("during", "tstzrange")
                .column("day", "date")
                .build();

        Row row = after(typed.insert("1", "[\"2024-01-01 00:00:00+00\",)", "infinity"));

        assertThat(row.get("id")).isEqualTo(1);
        assertThat(row.getText("during")).isEqualTo("[\"2024-01-01 00:00:00+00\",)");
        assertThat(row.get("day")).isEqualTo(LocalDate.MAX);
    }

    @Test
    void takesTheDatabasesOwnTypes() {
        TypeRegistry types = TypeRegistry.builder()
                .types(List.of(PgType.of(20_000, "public", "mood", PgType.Kind.ENUM)))
                .map("mood", Object::hashCode)
                .build();
        TestEvents moods = TestEvents.table("moods")
                .types(types)
                .key("id", "int4")
                .column("mood", "public.mood")
                .build();

        assertThat(after(moods.insert(1, "happy")).get("mood")).isEqualTo("happy".hashCode());
        assertThat(moods.insert(1, "happy").source().columns()).containsEntry("mood", "mood");
    }

    @Test
    void passesFiltersAndIsWrittenAsJson() {
        Event event = users.insert(Map.of("id", 1, "name", "Ada"));

        assertThat(EventFilters.table("user").test(event)).isTrue();
        assertThat(EventFilters.table("todo").test(event)).isFalse();
        Event narrowed = EventColumns.of("user")
                .exclude("email")
                .apply(Flux.just(event))
                .single()
                .block();
        assertThat(narrowed).isNotNull();
        assertThat(narrowed.source().columns()).containsOnlyKeys("id", "name");
        assertThat(EventJson.toJson(event)).contains("\"new_record\":{\"id\":1,\"name\":\"Ada\",\"email\":null}");
    }

    @Test
    void saysWhatIsWrongWithARow() {
        Map<String, @Nullable Object> withoutKey = new HashMap<>();
        withoutKey.put("id", null);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> users.insert(Map.of("id", 1, "nmae", "Ada")))
                .withMessage("Table public.user has no column \"nmae\"; it has \"name\"");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> users.insert(Map.of("name", "Ada")))
                .withMessage("The row lacks \"id\", which belongs to the key of public.user");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> users.insert(withoutKey))
                .withMessage("Column \"id\" of public.user cannot be NULL: it belongs to the key");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> users.insert(1, "Ada"))
                .withMessage("Table public.user has 3 columns [id, name, email], and was given 2 values");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> users.delete(1, "Ada"))
                .withMessage("The key of public.user has 1 columns [id], and was given 2 values");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> users.insert(1, "Ada", UNCHANGED))
                .withMessage(
                        "Column \"email\" of public.user cannot be UNCHANGED: only the new row of an update leaves it out");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> users.insert("one", "Ada", null))
                .withMessage(
                        "Column \"id\" of public.user cannot be String \"one\": it is no int4; give another value, or the text that PostgreSQL writes for it");
    }

    @Test
    void saysWhatIsWrongWithATable() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TestEvents.table("user").key("id", "integer").build())
                .withMessage(
                        "Column \"id\": no type \"integer\" is known; name it as pg_type does (int4, int8, text, bool, numeric, timestamptz, jsonb), or give types(registry) one that describes it");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> users().column("name", "text"))
                .withMessage("Column \"name\" was named before");
        TestEvents keyless = TestEvents.table("log").column("line", "text").build();
        assertThatIllegalStateException()
                .isThrownBy(() -> keyless.update("changed"))
                .withMessage(
                        "Table public.log has no replica identity, so PostgreSQL publishes no updates and deletes of it; name its key by key(column, type), or take replicaIdentity(FULL)");
    }
}
