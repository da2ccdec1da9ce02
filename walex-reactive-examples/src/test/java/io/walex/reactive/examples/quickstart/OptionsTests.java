package io.walex.reactive.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class OptionsTests {

    @Command
    private static final class Chosen {

        @Mixin
        private final Options options = new Options();
    }

    @Test
    void tablesAreSeparatedByCommasThatAreNotInQuotes() {
        Options options = CommandLine.populateCommand(
                        new Chosen(), "--subscribe", "user,\"my.schema\".todo,sales.\"a,b\"", "--publication", "events")
                .options;

        assertThat(options.config("postgresql://my_db/shop").subscriptions())
                .containsExactly("user", "\"my.schema\".todo", "sales.\"a,b\"");
    }
}
