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
    @ValueSource(strings = {"", " ", ".", "sales.", ".todo"})
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
    }
}
