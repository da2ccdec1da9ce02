package io.walex.reactive.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TablePatternTests {

    @ParameterizedTest
    @CsvSource({
        "todo,         public, todo,  true",
        "todo,         sales,  todo,  true",
        "todo,         public, todos, false",
        "Todo,         public, todo,  false",
        "sales.todo,   sales,  todo,  true",
        "sales.todo,   public, todo,  false",
        "sales.*,      sales,  any,   true",
        "sales.*,      public, any,   false",
        "*,            sales,  any,   true",
        "*.todo,       sales,  todo,  true",
        "sales.a.b,    sales,  a.b,   true",
    })
    void matches(String pattern, String schema, String table, boolean expected) {
        assertThat(TablePattern.parse(pattern).matches(schema, table)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ^my.schema^.todo      | my.schema  | todo
            ^my.schema^.^to.do^   | my.schema  | to.do
            sales.^to.do^         | sales      | to.do
            ^sales^.^todo^        | sales      | todo
            ^Sales^.^ToDo^        | Sales      | ToDo
            Sales.ToDo            | Sales      | ToDo
            sales.to.do           | sales      | to.do
            ^a^^b.c^.^d^^^^e^     | a^b.c      | d^^e
            ^^^^.^^^^             | ^          | ^
            ^we ird; --^.^ ^      | we ird; -- | ` `
            a^b.c^d               | a^b        | c^d
            ^*^.^*^               | *          | *
            """)
    void readsNamesAsSqlQuotesThem(String pattern, String schema, String table) {
        String written = pattern.replace('^', '"');
        TablePattern expected = new TablePattern(schema.replace('^', '"'), table.replace('^', '"'));

        assertThat(TablePattern.parse(written)).isEqualTo(expected);
        assertThat(TablePattern.parse(expected.toString())).isEqualTo(expected);
    }

    @Test
    void anAsteriskInQuotesIsAName() {
        assertThat(TablePattern.parse("\"*\"")).isEqualTo(new TablePattern(null, "*"));
        assertThat(TablePattern.parse("\"*\".todo")).isEqualTo(new TablePattern("*", "todo"));
        assertThat(TablePattern.parse("\"my.schema\".*")).isEqualTo(new TablePattern("my.schema", null));
        assertThat(TablePattern.parse("*.\"to.do\"")).isEqualTo(new TablePattern(null, "to.do"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"",
                "\"todo",
                "\"my.schema.todo",
                "\"my\"schema\".todo",
                "sales.\"todo",
                "sales.\"to\".do",
                "\"a\"b.c",
                "sales.\"a\".\"b\"",
                "\"\"\""
            })
    void refusesWhatIsNotQuotedAsInSql(String pattern) {
        assertThatThrownBy(() -> TablePattern.parse(pattern))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(pattern + " is not quoted as in SQL; ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", ".", "sales.", ".todo", "\"\"", "sales.\"\"", "\"\".todo", "\"sales\"."})
    void refusesEmptyParts(String pattern) {
        assertThatThrownBy(() -> TablePattern.parse(pattern))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("does not name a table");
    }

    @Test
    void writesWhatItReads() {
        assertThat(TablePattern.parse("sales.todo")).hasToString("sales.todo");
        assertThat(TablePattern.parse("sales.*")).hasToString("sales.*");
        assertThat(TablePattern.parse("*")).hasToString("*");
        assertThat(TablePattern.parse("\"sales\".\"Todo\"")).hasToString("sales.Todo");
        assertThat(TablePattern.parse("\"my.schema\".todo")).hasToString("\"my.schema\".todo");
        assertThat(TablePattern.parse("sales.to.do")).hasToString("sales.\"to.do\"");
        assertThat(TablePattern.parse("\"to.do\"")).hasToString("\"to.do\"");
        assertThat(TablePattern.parse("\"*\".\"*\"")).hasToString("\"*\".\"*\"");
    }
}
