package io.walex.reactive.guarantees.slots;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.PublicationSetup;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.preflight.Preflight;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each thing that a preflight finds of tables and partitions. */
class PreflightTablesIT extends PreflightFixture {

    @Test
    void replicaIdentityOfTablesThatAreToBePublished() {
        database.execute(
                "CREATE TABLE keyless (id int)",
                "CREATE TABLE sale (id int PRIMARY KEY) PARTITION BY RANGE (id)",
                "CREATE TABLE sale_1 PARTITION OF sale FOR VALUES FROM (0) TO (100)",
                "ALTER TABLE sale_1 REPLICA IDENTITY NOTHING",
                "ALTER PUBLICATION events SET (publish_via_partition_root = true)",
                "CREATE PUBLICATION inserts FOR TABLE todo WITH (publish = 'insert', publish_via_partition_root = true)");
        WalExConfig.Builder config =
                config().subscribe("todo", "keyless", "sale").publicationSetup(PublicationSetup.CREATE_OR_ALTER);
        String[] refused = {
            "HURTS table public.keyless: has no replica identity: PostgreSQL refuses its updates and deletes once it is published; give it a primary key, or REPLICA IDENTITY FULL",
            "HURTS table public.sale_1: has no replica identity: PostgreSQL refuses its updates and deletes once it is published; give it a primary key, or REPLICA IDENTITY FULL"
        };

        assertThat(grave(config)).containsExactly(refused);
        assertThat(grave(config.publication("new"))).containsExactly(refused);
        assertThat(grave(config.subscribe("*"))).containsExactly(refused);
        assertThat(grave(config.publication("inserts"))).isEmpty();
    }

    @Test
    void replicaIdentityOfEachTable() {
        database.execute(
                "CREATE TABLE whole (id int)",
                "ALTER TABLE whole REPLICA IDENTITY FULL",
                "CREATE TABLE by_index (id int NOT NULL)",
                "CREATE UNIQUE INDEX by_index_id ON by_index (id)",
                "ALTER TABLE by_index REPLICA IDENTITY USING INDEX by_index_id",
                "CREATE TABLE without_index (id int NOT NULL)",
                "CREATE UNIQUE INDEX without_index_id ON without_index (id)",
                "ALTER TABLE without_index REPLICA IDENTITY USING INDEX without_index_id",
                "DROP INDEX without_index_id",
                "CREATE TABLE deferred (id int PRIMARY KEY DEFERRABLE)",
                "CREATE TABLE nothing (id int PRIMARY KEY)",
                "ALTER TABLE nothing REPLICA IDENTITY NOTHING",
                "CREATE TABLE insert_only (id int)",
                "ALTER PUBLICATION events ADD TABLE whole, by_index, without_index, deferred, nothing",
                "CREATE PUBLICATION inserts FOR TABLE insert_only WITH (publish = 'insert')");

        assertThat(
                        WalEx.preflight(config().publication("events", "inserts")
                                        .build())
                                .block(PATIENCE)
                                .findings()
                                .stream()
                                .map(finding -> finding.severity() + " " + finding.subject() + ": "
                                        + finding.problem().replaceAll(":.*", "")))
                .containsExactlyInAnyOrder(
                        "COSTS table public.todo: logs the key of old rows only",
                        "COSTS table public.whole: has REPLICA IDENTITY FULL",
                        "COSTS table public.by_index: logs the key of old rows only",
                        "HURTS table public.without_index: has no replica identity",
                        "HURTS table public.deferred: has no replica identity",
                        "HURTS table public.nothing: has no replica identity");
    }

    @Test
    void partitionsThatLogLessOfOldRowsThanTheirRoot() {
        database.execute(
                "CREATE TABLE sale (id int, year int, PRIMARY KEY (id, year)) PARTITION BY RANGE (year)",
                "CREATE TABLE sale_past PARTITION OF sale FOR VALUES FROM (2000) TO (2026) PARTITION BY RANGE (year)",
                "CREATE TABLE \"Sale 2025\" PARTITION OF sale_past FOR VALUES FROM (2025) TO (2026)",
                "CREATE TABLE sale_2026 PARTITION OF sale FOR VALUES FROM (2026) TO (2027)",
                "CREATE TABLE sale_2027 PARTITION OF sale FOR VALUES FROM (2027) TO (2028)",
                "ALTER TABLE sale REPLICA IDENTITY FULL",
                "ALTER TABLE sale_2026 REPLICA IDENTITY FULL",
                "ALTER TABLE sale_2027 REPLICA IDENTITY NOTHING",
                "CREATE PUBLICATION as_root FOR TABLE sale WITH (publish_via_partition_root)",
                "CREATE PUBLICATION as_root_inserts FOR TABLE sale WITH (publish_via_partition_root, publish = 'insert')",
                "CREATE PUBLICATION as_partitions FOR TABLE sale_2026, \"Sale 2025\"");
        WalExConfig.Builder config = config().publication("as_root");

        assertThat(grave(config))
                .containsExactly(
                        "HURTS partition public.\"Sale 2025\": has another replica identity than public.sale, which it is published as: what it does not log of old rows comes as NULL; ALTER TABLE public.\"Sale 2025\" REPLICA IDENTITY FULL",
                        "HURTS partition public.sale_2027: has no replica identity: PostgreSQL refuses its updates and deletes while it is published; ALTER TABLE public.sale_2027 REPLICA IDENTITY FULL");
        assertThat(grave(config().publication("as_root_inserts"))).isEmpty();
        assertThat(grave(config().publication("as_partitions"))).isEmpty();
        assertThat(grave(config().publication("events", "as_root").subscribe("todo")))
                .isEmpty();

        database.execute(
                "ALTER TABLE public.\"Sale 2025\" REPLICA IDENTITY FULL",
                "ALTER TABLE public.sale_2027 REPLICA IDENTITY FULL");
        assertThat(grave(config)).isEmpty();
    }

    @Test
    void truncateOfASinglePartitionIsToldOfWhereItIsNotSent() {
        database.execute(
                "CREATE TABLE sale (id int PRIMARY KEY) PARTITION BY RANGE (id)",
                "CREATE TABLE sale_1 PARTITION OF sale FOR VALUES FROM (0) TO (100)",
                "CREATE PUBLICATION as_root FOR TABLE sale WITH (publish_via_partition_root)",
                "CREATE PUBLICATION without_truncates FOR TABLE sale WITH (publish_via_partition_root, publish = 'insert')",
                "CREATE PUBLICATION as_partitions FOR TABLE sale");
        String told =
                "COSTS table public.sale: comes with the changes of its partitions (publish_via_partition_root), and PostgreSQL sends no TRUNCATE of a single one of them: a copy of the table keeps the partition's rows; DELETE the partition's rows where copies must follow, or subscribe to the partitions without publish_via_partition_root";

        assertThat(truncates(config().publication("as_root"))).containsExactly(told);
        assertThat(truncates(config().publication("as_root").subscribe("todo"))).isEmpty();
        assertThat(truncates(config().publication("without_truncates"))).isEmpty();
        assertThat(truncates(config().publication("as_partitions"))).isEmpty();
        assertThat(truncates(config())).isEmpty();
        WalExConfig.Builder making =
                config().publicationSetup(PublicationSetup.CREATE).publication("new");
        assertThat(truncates(making.subscribe("sale"))).containsExactly(told);
        assertThat(truncates(making.subscribe("*"))).containsExactly(told);
        assertThat(truncates(making.subscribe("sale_1"))).isEmpty();
        assertThat(truncates(making.publication("events").subscribe("todo", "sale")))
                .isEmpty();
        making.publicationSetup(PublicationSetup.CREATE_OR_ALTER);
        database.execute("ALTER PUBLICATION events SET (publish_via_partition_root = true)");
        assertThat(truncates(making)).containsExactly(told);
    }

    private static List<String> truncates(WalExConfig.Builder config) {
        return WalEx.preflight(config.build()).block(PATIENCE).findings().stream()
                .map(Preflight.Finding::toString)
                .filter(finding -> finding.contains("TRUNCATE"))
                .toList();
    }
}
