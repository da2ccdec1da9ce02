package io.walex.reactive.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.testsupport.PostgresExtension;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The example of WalEx's README: the name of a user is updated from "Chase" to "Chase Pursley". */
class WalExReadmeIT {

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @Test
    void hasTheSameKeysAndValues() {
        postgres.execute(
                "CREATE TABLE \"user\" (id int PRIMARY KEY, name varchar, created_at timestamptz)",
                "ALTER TABLE \"user\" REPLICA IDENTITY FULL",
                "CREATE PUBLICATION events FOR ALL TABLES",
                "INSERT INTO \"user\" VALUES (1234, 'Chase', '2023-08-18 14:09:05.988369-04')",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')",
                "UPDATE \"user\" SET name = 'Chase Pursley' WHERE id = 1234");

        Event event = WalEx.changes(WalExConfig.fromUrl(postgres.url())
                        .publication("events")
                        .slot(SlotSpec.durable("walex"))
                        .build())
                .blockFirst(Duration.ofSeconds(30));

        ObjectNode json = (ObjectNode) JsonMapper.shared().readTree(EventJson.toJson(event));
        assertThat(Instant.parse(json.remove("timestamp").stringValue())).isBeforeOrEqualTo(Instant.now());
        json.remove("lsn");
        json.remove("xid");
        json.remove("position");
        JsonNode expected =
                JsonMapper.shared().readTree("""
                {
                  "name": "user",
                  "type": "update",
                  "source": {
                    "name": "WalEx",
                    "version": "%s",
                    "db": "%s",
                    "schema": "public",
                    "table": "user",
                    "columns": {"id": "int4", "name": "varchar", "created_at": "timestamptz"}
                  },
                  "new_record": {
                    "id": 1234,
                    "name": "Chase Pursley",
                    "created_at": "2023-08-18T18:09:05.988369Z"
                  },
                  "old_record": null,
                  "changes": {"name": {"new_value": "Chase Pursley", "old_value": "Chase"}}
                }
                """.formatted(event.source().version(), postgres.name()));
        assertThat(json).isEqualTo(expected);
    }
}
