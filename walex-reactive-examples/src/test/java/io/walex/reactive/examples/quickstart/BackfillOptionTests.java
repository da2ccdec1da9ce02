package io.walex.reactive.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.snapshot.BackfillSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BackfillOptionTests {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
                    todo                                  | todo              | ''
                    public.todo                           | public.todo       | ''
                    todo where id > 100                   | todo              | id > 100
                    todo WHERE where_from = 'x where y'   | todo              | where_from = 'x where y'
                    "my where t".todo where done          | "my where t".todo | done
                    "a,b ""c""d".todo where id in (1, 2)  | "a,b ""c""d".todo | id in (1, 2)
                    """)
    void namesATableAndPerhapsACondition(String value, String table, String where) {
        BackfillSpec backfill = BackfillOption.parse(value);

        assertThat(backfill.tables()).containsExactly(table);
        assertThat(backfill.where()).isEqualTo(where);
        assertThat(backfill.name()).isEqualTo("backfill " + value);
    }

    @Test
    void namesSeveralTables() {
        assertThat(BackfillOption.parse("todo,sales.*,\"a,b\".c where id < 3").tables())
                .containsExactly("todo", "sales.*", "\"a,b\".c");
    }

    @Test
    void conditionsOverSeveralLinesHaveAName() {
        BackfillSpec backfill = BackfillOption.parse("todo\n  where id > 1\n  and id < 5");

        assertThat(backfill.where()).isEqualTo("id > 1\n  and id < 5");
        assertThat(backfill.name()).isEqualTo("backfill todo where id > 1 and id < 5");
    }

    @Test
    void longConditionsThatDifferHaveDifferentNames() {
        String condition = "todo where id in (" + "1, ".repeat(200);

        assertThat(BackfillOption.parse(condition + "2)").name())
                .hasSizeLessThanOrEqualTo(200)
                .isNotEqualTo(BackfillOption.parse(condition + "3)").name());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "todo id > 1", "todo where", "\"todo", "todo user", ",", "todo,,"})
    void refusesWhatItDoesNotUnderstand(String value) {
        assertThatThrownBy(() -> BackfillOption.parse(value)).isInstanceOf(InvalidConfigException.class);
    }
}
