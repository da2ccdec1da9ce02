package io.walex.reactive.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walex.reactive.config.SnapshotOptions;
import io.walex.reactive.error.InvalidConfigException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackfillSpecTests {

    @Test
    void readsAllRowsUnderTheTablesNameByDefault() {
        assertThat(BackfillSpec.of("public.orders", "item"))
                .returns("", BackfillSpec::where)
                .returns("public.orders,item", BackfillSpec::name)
                .returns(SnapshotOptions.FOR_BACKFILL, BackfillSpec::options)
                .satisfies(spec -> assertThat(spec.store().isDurable()).isFalse());
    }

    @Test
    void changesOneThingAtATime() {
        BackfillSpec spec = BackfillSpec.of("orders").where("id > 5").named("fix");

        assertThat(spec.options(SnapshotOptions.DEFAULT.connections(1)))
                .returns("id > 5", BackfillSpec::where)
                .returns("fix", BackfillSpec::name)
                .returns(spec.tables(), BackfillSpec::tables)
                .returns(spec.store(), BackfillSpec::store)
                .returns(1, changed -> changed.options().connections());
    }

    @Test
    void namesOfManyTablesAreShortAndDiffer() {
        String[] tables = IntStream.range(0, 100).mapToObj(i -> "table" + i).toArray(String[]::new);
        String name = BackfillSpec.of(tables).name();
        tables[99] = "other";

        assertThat(name).hasSizeLessThanOrEqualTo(200).startsWith("table0,table1");
        assertThat(BackfillSpec.of(tables).name()).isNotEqualTo(name);
    }

    @Test
    void needsATable() {
        assertThatThrownBy(BackfillSpec::of)
                .isInstanceOf(InvalidConfigException.class)
                .hasMessage("A backfill needs at least one table; \"*\" means all");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "public.", "\"open"})
    void refusesWhatNamesNoTable(String table) {
        assertThatThrownBy(() -> BackfillSpec.of(table))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageStartingWith("Invalid table of a backfill: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \n"})
    void refusesABlankWhere(String where) {
        assertThatThrownBy(() -> BackfillSpec.of("orders").where(where))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessage("where of the backfill of [orders] must not be blank; leave it out to read all rows");
    }

    @Test
    void refusesAWhereThatNoServerTakes() {
        assertThatThrownBy(() -> BackfillSpec.of("orders").where("a = '\0'"))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("zero character");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "two\nlines"})
    void refusesANameThatCannotBeShown(String name) {
        assertThatThrownBy(() -> BackfillSpec.of("orders").named(name))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("The name of the backfill of [orders] must have 1 to 200 characters");
        assertThatThrownBy(() -> BackfillSpec.of("orders").named("n".repeat(201)))
                .isInstanceOf(InvalidConfigException.class);
    }
}
