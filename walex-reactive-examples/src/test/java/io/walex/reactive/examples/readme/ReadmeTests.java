package io.walex.reactive.examples.readme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ReadmeTests {

    private static final Path SOURCE = Path.of("src/main/java/io/walex/reactive/examples/readme/WelcomeNewUsers.java");

    @Test
    void snippetIsCompiledCode() throws IOException {
        assertThat(blocks("java"))
                .hasSize(1)
                .first()
                .asString()
                .satisfies(snippet ->
                        assertThat(withoutIndentation(Files.readString(SOURCE))).contains(withoutIndentation(snippet)));
    }

    /** Tools take the first bash block as the main command and the second as the test command. */
    @Test
    void firstTwoBashBlocksAreOneCommandEach() throws IOException {
        assertThat(blocks("bash").subList(0, 2))
                .allSatisfy(block -> assertThat(block.strip().lines())
                        .hasSize(1)
                        .first()
                        .asString()
                        .startsWith("mvn "));
    }

    private static List<String> blocks(String language) throws IOException {
        return Pattern.compile("^```" + language + "\\R(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL)
                .matcher(Files.readString(Path.of("../README.md")))
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }

    private static String withoutIndentation(String code) {
        return code.strip().replaceAll("(?m)^\\s+", "").replace("\r", "");
    }
}
