package io.walex.reactive.guarantees.slots;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.PublicationSetup;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.InvalidConfigException;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

/** Each thing that a preflight finds of publications, those that are to be made or altered included. */
class PreflightPublicationsIT extends PreflightFixture {

    @Test
    void rightToCreateThePublication() {
        database.execute("CREATE TABLE note (id int PRIMARY KEY)", "ALTER TABLE note OWNER TO " + ROLE);
        WalExConfig.Builder config = config().username(ROLE)
                .publication("own")
                .publicationSetup(PublicationSetup.CREATE)
                .subscribe("note");
        assertThat(grave(config))
                .containsExactly(
                        "FAILS publication \"own\": does not exist, and role shop may not create it; GRANT CREATE ON DATABASE \""
                                + database.name() + "\" TO \"shop\", or create the publication as another role");

        database.execute("GRANT CREATE ON DATABASE " + database.name() + " TO " + ROLE);
        assertThat(grave(config)).isEmpty();
        assertThat(grave(config.subscribe("note", "todo")))
                .containsExactly(
                        "FAILS publication \"own\": is to hold [public.todo], which belong to another role than shop; create the publication as the owner of the tables, or as a superuser");
        assertThat(grave(config.subscribe("*")))
                .containsExactly(
                        "FAILS publication \"own\": does not exist, and only a superuser may create it for all tables; create it as a superuser, or subscribe to tables by name");
        assertThat(grave(config.subscribe("absent")))
                .containsExactly(
                        "FAILS publication \"own\": would be empty: none of the tables [absent] exists in database \""
                                + database.name() + "\"; create them first",
                        "HURTS subscription absent: matches no published table; add the table to the publication, or correct the name");

        WalEx.setup(config.subscribe("note").slot(SlotSpec.durable("own")).build())
                .block(PATIENCE);
        assertThat(grave(config)).isEmpty();
    }

    @Test
    void rightToAlterThePublication() {
        WalExConfig.Builder config = config().username(ROLE)
                .publicationSetup(PublicationSetup.CREATE_OR_ALTER)
                .subscribe("todo");
        assertThat(grave(config)).isEmpty();

        database.execute("CREATE TABLE note (id int PRIMARY KEY)");
        assertThat(grave(config.subscribe("note", "todo")))
                .containsExactly(
                        "FAILS publication \"events\": has other tables, and belongs to another role than shop; ALTER PUBLICATION ... ADD TABLE ..., DROP TABLE ... as its owner, or make this role the owner",
                        "FAILS publication \"events\": is to hold [public.note], which belong to another role than shop; create the publication as the owner of the tables, or as a superuser");
        assertThat(grave(config.username(server.user()))).isEmpty();
    }

    @Test
    void partitionedTableWhoseChangesWouldComeUnderOtherNames() {
        database.execute(
                "CREATE TABLE sale (id int PRIMARY KEY) PARTITION BY RANGE (id)",
                "CREATE TABLE sale_1 PARTITION OF sale FOR VALUES FROM (0) TO (100)");
        WalExConfig.Builder config = config().publicationSetup(PublicationSetup.CREATE_OR_ALTER);

        assertThat(grave(config.subscribe("sale")))
                .containsExactly(
                        "FAILS publication \"events\": publishes changes of [public.sale] under the names of partitions, which [sale] does not cover; ALTER PUBLICATION \"events\" SET (publish_via_partition_root = true), which holds for all of its consumers, or subscribe to the partitions");
        assertThat(grave(config.subscribe("sale_1"))).isEmpty();
        assertThat(grave(config.subscribe("sale").publicationSetup(PublicationSetup.CREATE)))
                .containsExactly(
                        "HURTS subscription sale: matches no published table; add the table to the publication, or correct the name");

        database.execute("ALTER PUBLICATION events SET (publish_via_partition_root = true)");
        assertThat(grave(config.publicationSetup(PublicationSetup.CREATE_OR_ALTER)))
                .isEmpty();
    }

    @Test
    void publicationsThatPublishDifferentColumnsOfATable() {
        database.execute(
                "CREATE TABLE wide (id int PRIMARY KEY, a int, b int, sum int GENERATED ALWAYS AS (id + 1) STORED)",
                "CREATE PUBLICATION list_a FOR TABLE wide (id, a)",
                "CREATE PUBLICATION same_as_a FOR TABLE wide (a, id), todo",
                "CREATE PUBLICATION list_b FOR TABLE wide (id, b)",
                "CREATE PUBLICATION listed_whole FOR TABLE wide (id, a, b)",
                "CREATE PUBLICATION whole FOR TABLE wide",
                "CREATE PUBLICATION everything FOR ALL TABLES",
                "CREATE PUBLICATION generated FOR TABLE wide WITH (publish_generated_columns = stored)");
        String refused =
                "FAILS table public.wide: is published with different columns by publications %s, which PostgreSQL refuses at its first change; publish the same columns of it in each of them (column list, publish_generated_columns), or stream from one of them";

        assertThat(grave(config().publication("list_a", "list_b").subscribe("todo", "wide")))
                .contains(refused.formatted("list_a, list_b"));
        assertThat(grave(config().publication("events", "list_a", "list_b").subscribe("todo")))
                .containsExactly(refused.formatted("list_a, list_b"));
        assertThat(grave(config().publication("everything", "list_a")))
                .containsExactly(refused.formatted("everything, list_a"));
        assertThat(grave(config().publication("whole", "generated")))
                .containsExactly(refused.formatted("generated, whole"));
        assertThat(grave(config().publication("list_a", "same_as_a", "events"))).isEmpty();
        assertThat(grave(config().publication("whole", "listed_whole", "everything")))
                .isEmpty();
        assertThat(grave(config().publication("list_a"))).isEmpty();
    }

    /** The server agrees with the preflight above; it says so at the first change only, of whatever table. */
    @Test
    void streamOfPublicationsThatPublishDifferentColumnsDoesNotStart() {
        database.execute(
                "CREATE TABLE wide (id int PRIMARY KEY, a int, b int)",
                "CREATE PUBLICATION list_a FOR TABLE wide (id, a)",
                "CREATE PUBLICATION list_b FOR TABLE wide (id, b)");

        StepVerifier.create(WalEx.changes(config().publication("events", "list_a", "list_b")
                        .subscribe("todo")
                        .build()))
                .expectErrorSatisfies(
                        error -> assertThat(error)
                                .isInstanceOf(InvalidConfigException.class)
                                .hasMessage(
                                        "Table public.wide is published with different columns by publications list_a, list_b, which PostgreSQL refuses at its first change; publish the same columns of it in each of them (column list, publish_generated_columns), or stream from one of them"))
                .verify(PATIENCE);
    }
}
