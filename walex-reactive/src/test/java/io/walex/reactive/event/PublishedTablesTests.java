package io.walex.reactive.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PublishedTablesTests {

    private final PublishedTables tables = new PublishedTables(
            List.of("events"),
            List.of(
                    new PublishedTables.Entry("public", "users", List.of("id")),
                    new PublishedTables.Entry("public", "Todo", List.of("id")),
                    new PublishedTables.Entry("sales", "order", List.of("id"))));

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            user          | "user" is not in publication "events"; it has "users"
            todo          | "todo" is not in publication "events"; it has "Todo"
            public.order  | "public.order" is not in publication "events"; it has "sales.order"
            sales.orders  | "sales.orders" is not in publication "events"; it has "sales.order"
            invoice_lines | "invoice_lines" is not in publication "events"; it has [public.users, public.Todo, sales.order]
            hr.*          | "hr.*" is not in publication "events"; it has [public.users, public.Todo, sales.order]
            """)
    void namesTheNearMissOrWhatThereIs(String pattern, String message) {
        assertThat(tables.missing(TablePattern.parse(pattern))).contains(message);
    }

    @ParameterizedTest
    @CsvSource({"users", "public.users", "sales.*", "*", "order"})
    void saysNothingOfWhatIsThere(String pattern) {
        assertThat(tables.missing(TablePattern.parse(pattern))).isEmpty();
    }

    @Test
    void namesTheNearMissAsItIsToBeWritten() {
        PublishedTables dotted = new PublishedTables(
                List.of("events"), List.of(new PublishedTables.Entry("my.schema", "todo.list", List.of("id"))));

        assertThat(dotted.missing(TablePattern.parse("my.schema.todo.list")))
                .hasValueSatisfying(message -> assertThat(message).endsWith("it has [\"my.schema\".\"todo.list\"]"));
        assertThat(dotted.missing(TablePattern.parse("public.\"todo.list\"")))
                .hasValueSatisfying(message -> assertThat(message).endsWith("it has \"\"my.schema\".\"todo.list\"\""));
        assertThat(dotted.missing(TablePattern.parse("\"todo.lists\"")))
                .hasValueSatisfying(message -> assertThat(message).endsWith("it has \"\"todo.list\"\""));
    }

    @Test
    void anEmptyPublicationSaysSo() {
        PublishedTables empty = new PublishedTables(List.of("a", "b"), List.of());

        assertThat(empty.missing(TablePattern.parse("user")))
                .contains("\"user\" is not in publication \"a\", \"b\"; it has no tables");
        assertThat(empty.missing(TablePattern.parse("*"))).isEmpty();
    }
}
