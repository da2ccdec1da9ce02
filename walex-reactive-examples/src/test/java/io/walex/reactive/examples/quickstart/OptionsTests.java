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

    private static Options parse(String... arguments) {
        return CommandLine.populateCommand(new Chosen(), arguments).options;
    }
}
