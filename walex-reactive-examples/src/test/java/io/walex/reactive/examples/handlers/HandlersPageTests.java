package io.walex.reactive.examples.handlers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class HandlersPageTests {

    private static final List<Path> SOURCES = List.of(
            Path.of("src/main/java/io/walex/reactive/examples/handlers/UserHandlers.java"),
            Path.of("src/test/java/io/walex/reactive/examples/testing/SignupsTests.java"));
    private static final Path PAGE = Path.of("../docs/handlers.md");

    @Test
    void snippetsAreCompiledCode() throws IOException {
        StringBuilder code = new StringBuilder();
        for (Path source : SOURCES) {
            code.append(withoutSpace(Files.readString(source)));
        }
        List<String> snippets = Pattern.compile("^```java\\R(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL)
                .matcher(Files.readString(PAGE))
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();

        assertThat(snippets)
                .hasSizeGreaterThan(5)
                .allSatisfy(snippet -> assertThat(code).contains(withoutSpace(snippet)));
    }

    private static String withoutSpace(String code) {
        return code.replaceAll("\\s+", "");
    }
}
