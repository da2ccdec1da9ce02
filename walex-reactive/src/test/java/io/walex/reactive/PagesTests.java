package io.walex.reactive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the pages name and link to is there. */
class PagesTests {

    private static final Path ROOT = Path.of("..");
    private static final Path DOCS = ROOT.resolve("docs");

    /** {@code SomeIT}, {@code package/SomeTests}, {@code SomeIT.method}, or {@code SomeIT.begin...} of a method's name. */
    private static final Pattern TEST =
            Pattern.compile("`(?:([a-z/]+)/)?([A-Z][A-Za-z0-9]*(?:IT|Tests))(?:\\.([a-z]\\w*)(\\.\\.\\.)?)?`");

    private static final Pattern LINK = Pattern.compile("\\]\\(([^):]*?)(?:#([^)]*))?\\)");

    private static final Pattern HEADING = Pattern.compile("^#+ (.*)$", Pattern.MULTILINE);

    @Test
    void namedTestsExist() {
        List<Path> tests = testSources();
        List<String> missing = new ArrayList<>();
        for (Path page : pages()) {
            TEST.matcher(read(page))
                    .results()
                    .filter(named -> tests.stream().noneMatch(test -> holds(test, named)))
                    .forEach(named -> missing.add(page.getFileName() + ": " + named.group()));
        }

        assertThat(missing).isEmpty();
    }

    /** So that the pages and the tree are one list. */
    @Test
    void everyGuaranteesTestIsNamed() {
        Set<String> named = pages().stream()
                .flatMap(page -> TEST.matcher(read(page)).results())
                .map(test -> test.group(2))
                .collect(Collectors.toSet());

        assertThat(testSources().stream()
                        .filter(test -> test.toString().replace('\\', '/').contains("/guarantees/"))
                        .map(test -> test.getFileName().toString().replace(".java", ""))
                        .filter(test -> test.endsWith("IT")))
                .isNotEmpty()
                .isSubsetOf(named);
    }

    private static boolean holds(Path test, MatchResult named) {
        String in = named.group(1) == null ? "/" : "/" + named.group(1) + "/";
        if (!("/" + test.toString().replace('\\', '/')).endsWith(in + named.group(2) + ".java")) {
            return false;
        }
        String method = named.group(3);
        return method == null
                || Pattern.compile("void " + method + (named.group(4) == null ? "\\(" : "\\w*\\("))
                        .matcher(read(test))
                        .find();
    }

    @Test
    void linksLeadSomewhere() {
        List<String> broken = new ArrayList<>();
        for (Path page : pages()) {
            LINK.matcher(read(page))
                    .results()
                    .filter(link -> !leadsSomewhere(page, link.group(1), link.group(2)))
                    .forEach(link -> broken.add(page.getFileName() + ": " + link.group()));
        }

        assertThat(broken).isEmpty();
    }

    private static boolean leadsSomewhere(Path page, String file, @Nullable String anchor) {
        Path target = file.isEmpty() ? page : page.resolveSibling(file);
        return Files.exists(target) && (anchor == null || anchors(target).contains(anchor));
    }

    private static Set<String> anchors(Path page) {
        return HEADING.matcher(read(page))
                .results()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\w\\- ]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    @Test
    void indexListsEveryPage() {
        String index = read(DOCS.resolve("README.md"));

        assertThat(list(DOCS, ".md").map(page -> page.getFileName().toString()))
                .filteredOn(page -> !page.equals("README.md"))
                .allSatisfy(page -> assertThat(index).contains("](" + page + ")"));
    }

    private static List<Path> pages() {
        return Stream.concat(
                        list(DOCS, ".md"),
                        Stream.of(
                                        "README.md",
                                        "ARCHITECTURE.md",
                                        "CONTRIBUTING.md",
                                        "CHANGELOG.md",
                                        "benchmarks/README.md",
                                        "walex-reactive-examples/README.md")
                                .map(ROOT::resolve))
                .toList();
    }

    private static List<Path> testSources() {
        return Stream.of("walex-reactive", "walex-reactive-examples", "benchmarks")
                .map(module -> ROOT.resolve(module).resolve("src/test/java"))
                .filter(Files::isDirectory)
                .flatMap(sources -> list(sources, ".java"))
                .toList();
    }

    private static Stream<Path> list(Path directory, String ending) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(ending)).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
