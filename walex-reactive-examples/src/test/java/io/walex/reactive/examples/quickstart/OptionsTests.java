package io.walex.reactive.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
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

    @Test
    void snapshotTablesAreSeparatedLikewise() {
        Options options = parse("--snapshot=todo,\"my.schema\".todo", "--publication=events");

        assertThat(options.config("postgresql://my_db/shop").snapshot().tables())
                .containsExactly("todo", "\"my.schema\".todo");
    }

    @Test
    void ownDatabaseTakesNoSnapshotThatIsNotAskedFor() {
        assertThat(parse("--publication=events")
                        .config("postgresql://my_db/shop")
                        .snapshot())
                .isNull();
    }

    @Test
    void demoTakesOneOfAllTablesUnlessNoneIsWanted() {
        assertThat(parse().demo("postgresql://my_db/shop").snapshot().tables()).containsExactly("*");
        assertThat(parse("--snapshot=user")
                        .demo("postgresql://my_db/shop")
                        .snapshot()
                        .tables())
                .containsExactly("user");
        assertThat(parse("--snapshot=").demo("postgresql://my_db/shop").snapshot())
                .isNull();
    }

    @Test
    void durableSlotRemembersItsSnapshotInTheDirectory() {
        String url = "postgresql://my_db/shop";

        assertThat(parse("--publication=e", "--slot=s", "--snapshot=todo")
                        .config(url)
                        .snapshot()
                        .store())
                .hasToString("directory(.walex)");
        assertThat(parse("--publication=e", "--slot=s", "--snapshot=todo", "--snapshot-dir=/var/lib/shop")
                        .config(url)
                        .snapshot()
                        .store())
                .hasToString("directory(/var/lib/shop)");
        assertThat(parse("--publication=e", "--snapshot=todo")
                        .config(url)
                        .snapshot()
                        .store())
                .isNull();
    }

    @Test
    void readmeListsEachOptionAndItsVariable() throws IOException {
        String readme = Files.readString(Path.of("README.md"));

        assertThat(new CommandLine(new Chosen()).getCommandSpec().options()).allSatisfy(option -> {
            String variable = "WALEX_"
                    + option.longestName().substring(2).replace('-', '_').toUpperCase(Locale.ROOT);
            assertThat(readme).contains("| `%s` | `%s` |".formatted(option.longestName(), variable));
            assertThat(String.join(" ", option.description())).contains("Environment: " + variable);
        });
    }

    private static Options parse(String... arguments) {
        return CommandLine.populateCommand(new Chosen(), arguments).options;
    }
}
