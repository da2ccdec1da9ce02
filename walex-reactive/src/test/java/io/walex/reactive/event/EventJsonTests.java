package io.walex.reactive.event;

import static io.walex.reactive.event.SampleEvents.UNCHANGED;
import static io.walex.reactive.event.SampleEvents.row;
import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.codec.TypeRegistry;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.pgoutput.ReplicaIdentity;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

class EventJsonTests {

    private static final String SOURCE =
            "\"source\":{\"name\":\"test\",\"version\":\"1\",\"db\":\"db\",\"schema\":\"public\",\"table\":\"user\","
                    + "\"columns\":{\"id\":\"int4\",\"name\":\"text\",\"email\":\"text\"}}";
    private static final String TRANSACTION =
            "\"timestamp\":\"1970-01-01T00:00:00Z\",\"lsn\":\"0/64\",\"xid\":7,\"position\":\"0/64:";

    private final SampleEvents users = SampleEvents.of("user", ReplicaIdentity.FULL);

    @Test
    void inserts() {
        assertJson(
                users.insert("1", "a\"ü", null),
                "{\"name\":\"user\",\"type\":\"insert\"," + SOURCE
                        + ",\"new_record\":{\"id\":1,\"name\":\"a\\\"ü\",\"email\":null},\"old_record\":null,\"changes\":{},"
                        + TRANSACTION + "0\"}");
    }

    @Test
    void updatesTellWhatChanged() {
        assertJson(
                users.update(row("1", "a", "x"), row("1", "b", UNCHANGED)),
                "{\"name\":\"user\",\"type\":\"update\"," + SOURCE
                        + ",\"new_record\":{\"id\":1,\"name\":\"b\",\"email\":\"x\"},\"old_record\":null,"
                        + "\"changes\":{\"name\":{\"new_value\":\"b\",\"old_value\":\"a\"}}," + TRANSACTION + "0\"}");
    }

    @Test
    void deletesHoldTheOldRowOrItsKey() {
        assertThat(EventJson.toJson(users.delete(false, "1", "a", null)))
                .contains("\"new_record\":null,\"old_record\":{\"id\":1,\"name\":\"a\",\"email\":null},\"changes\":{}");
        SampleEvents byKey = SampleEvents.of("user", ReplicaIdentity.DEFAULT);
        assertThat(EventJson.toJson(byKey.delete(true, "1", null, null))).contains("\"old_record\":{\"id\":1},");
    }

    @Test
    void eventsOfOneTableDifferInTypeAndPosition() {
        users.insert("1", "a", null);
        assertThat(EventJson.toJson(users.truncate()))
                .contains("\"type\":\"truncate\"", "\"new_record\":null,\"old_record\":null", "0/64:1\"}");
        assertThat(EventJson.toJson(users.insert("2", "b", null))).contains("\"type\":\"insert\"", "0/64:2\"}");
    }

    @Test
    void transactionsOfOneTableDiffer() {
        Event one = users.insert("1", "a", null);
        Event other = users.nextTransaction(200).insert("2", "b", null);
        assertThat(EventJson.toJson(one)).contains("\"position\":\"0/64:0\"");
        assertThat(EventJson.toJson(other)).contains("\"position\":\"0/C8:0\"");
        assertThat(EventJson.toJson(one)).contains("\"position\":\"0/64:0\"");
    }

    @Test
    void becomesAValueOfAnotherDocument() {
        Event event = users.insert("1", "a", null);
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JsonMapper.shared().createGenerator(text)) {
            json.writeStartArray();
            EventJson.write(event, json);
            EventJson.write(event, json);
            json.writeEndArray();
        }
        assertThat(text).hasToString("[" + EventJson.toJson(event) + "," + EventJson.toJson(event) + "]");
    }

    @Test
    void messagesAreOfNoTable() {
        assertJson(
                users.message("a\"b", new byte[] {0, -1}),
                "{\"name\":\"a\\\"b\",\"type\":\"message\",\"source\":{\"name\":\"test\",\"version\":\"1\",\"db\":\"db\","
                        + "\"schema\":\"\",\"table\":\"\",\"columns\":{}},\"new_record\":null,\"old_record\":null,\"changes\":{},"
                        + "\"message\":{\"prefix\":\"a\\\"b\",\"content\":\"AP8=\",\"transactional\":true},"
                        + TRANSACTION + "0\"}");
    }

    @Test
    void rowsOfSnapshotsLookAsInsertsDo() {
        var slice = new SnapshotSlice("initial", "public", "user", 1, true, "progress");
        users.nextTransaction(new TransactionSignal.Begin(Lsn.of(100), Instant.EPOCH, slice));
        assertJson(
                users.read("1", "a", null),
                "{\"name\":\"user\",\"type\":\"read\"," + SOURCE
                        + ",\"new_record\":{\"id\":1,\"name\":\"a\",\"email\":null},\"old_record\":null,\"changes\":{},"
                        + TRANSACTION.replace("\"xid\":7", "\"xid\":0") + "0\"}");
        EventColumns masked =
                EventColumns.of("user").mask("name", Mask.constant("***")).exclude("email");
        assertThat(EventJson.toJson(masked.view(users.read("1", "a", "x"))))
                .contains("\"new_record\":{\"id\":1,\"name\":\"***\"}");
    }

    @Test
    void endsOfSnapshotsHaveCountsAndNoRecord() {
        var slice = new SnapshotSlice("initial", "public", "user", 1, true, "progress");
        users.nextTransaction(new TransactionSignal.Begin(Lsn.of(100), Instant.EPOCH, slice));
        assertJson(
                users.completed(new SnapshotSummary("my \"snapshot\"", 5_000_000_000L, 1, 2)),
                "{\"name\":\"user\",\"type\":\"snapshot_completed\"," + SOURCE
                        + ",\"new_record\":null,\"old_record\":null,\"changes\":{},"
                        + "\"snapshot\":{\"name\":\"my \\\"snapshot\\\"\",\"rows\":5000000000,\"bytes\":1,\"attempt\":2},"
                        + TRANSACTION.replace("\"xid\":7", "\"xid\":0") + "0\"}");
    }

    @Test
    void twoPhaseAndReplicatedTransactionsSaySo() {
        var origin = new ReplicationOrigin("pg_1", Lsn.of(200));
        var begin = new TransactionSignal.Begin(Lsn.of(100), Instant.EPOCH, -1, "order \"1\"", origin);
        assertThat(EventJson.toJson(users.nextTransaction(begin).insert("1", "a", null)))
                .endsWith("\"xid\":4294967295,\"position\":\"0/64:0\",\"gid\":\"order \\\"1\\\"\","
                        + "\"origin\":{\"name\":\"pg_1\",\"lsn\":\"0/C8\"}}");
        var unknown =
                new TransactionSignal.Begin(Lsn.of(100), Instant.EPOCH, 7, null, new ReplicationOrigin("pg_1", null));
        assertThat(EventJson.toJson(users.nextTransaction(unknown).insert("1", "a", null)))
                .endsWith("0/64:0\",\"origin\":{\"name\":\"pg_1\",\"lsn\":null}}");
    }

    @Test
    void aLargeEventMakesNoRoomForTheNext() {
        Event large = users.insert("1", "\u0001".repeat(1_000_000), null);
        Event small = users.insert("2", "a", null);
        TableJson table = large.table().json();
        assertThat(EventJson.toJsonBytes(large)).hasSizeGreaterThan(6_000_000);
        assertThat(table.expectedSize()).isLessThan(100_000);
        assertThat(EventJson.toJson(small)).contains("\"name\":\"a\"");
    }

    @Test
    void masksHideWhatTheBytesSay() {
        EventColumns masked =
                EventColumns.of("user").mask("email", Mask.constant("***")).exclude("name");
        assertThat(EventJson.toJson(masked.view(users.update(row("1", "a", "x"), row("1", "b", "y")))))
                .contains("\"new_record\":{\"id\":1,\"email\":\"***\"}")
                .contains("\"changes\":{\"email\":{\"new_value\":\"***\",\"old_value\":\"***\"}}");
        SampleEvents byKey = SampleEvents.of("user", ReplicaIdentity.DEFAULT);
        EventColumns maskedKey = EventColumns.of("user").mask("id", Mask.constant("***"));
        assertThat(EventJson.toJson(maskedKey.view(byKey.delete(true, "1", null, null))))
                .contains("\"old_record\":{\"id\":\"***\"}");
    }

    record FullName(String givenName) {}

    @Test
    void typesOfTheUserAreWrittenByTheGeneratorsMapper() {
        TypeRegistry types = TypeRegistry.builder()
                .map("text", text -> new FullName((String) text))
                .build();
        Event event = SampleEvents.of("user", ReplicaIdentity.FULL, types).insert("1", "a", null);
        StringWriter text = new StringWriter();
        JsonMapper mapper = JsonMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .build();
        try (JsonGenerator json = mapper.createGenerator(text)) {
            EventJson.write(event, json);
        }
        assertThat(text.toString()).contains("\"name\":{\"given_name\":\"a\"}");
        assertThat(EventJson.toJson(event)).contains("\"name\":{\"givenName\":\"a\"}");
    }

    private static void assertJson(Event event, String json) {
        assertThat(EventJson.toJson(event)).isEqualTo(json);
        assertThat(EventJson.toJsonBytes(event)).isEqualTo(json.getBytes(StandardCharsets.UTF_8));
    }
}
