package io.walex.reactive.examples.fromwalex;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FromWalExTests {

    private static final Path SOURCES = Path.of("src/main/java/io/walex/reactive/examples/fromwalex");
    private static final Path PAGE = Path.of("../docs/from-walex.md");

    @Test
    void snippetsAreCompiledCode() throws IOException {
        String code;
        try (Stream<Path> files = Files.list(SOURCES)) {
            code = files.map(FromWalExTests::read).collect(Collectors.joining("\n"));
        }
        List<String> snippets = Pattern.compile("^```java\\R(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL)
                .matcher(read(PAGE))
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();

        assertThat(snippets)
                .hasSizeGreaterThan(7)
                .allSatisfy(snippet -> assertThat(withoutSpace(code)).contains(withoutSpace(snippet)));
    }

    @Test
    void linksLeadToFiles() {
        assertThat(Pattern.compile("\\]\\((\\.\\.[^)]*|[a-z]+\\.md)\\)")
                        .matcher(read(PAGE))
                        .results())
                .isNotEmpty()
                .allSatisfy(
                        link -> assertThat(PAGE.resolveSibling(link.group(1))).exists());
    }

    private static String withoutSpace(String code) {
        return code.replaceAll("\\s+", "");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
