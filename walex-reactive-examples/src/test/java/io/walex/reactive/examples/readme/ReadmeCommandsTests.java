package io.walex.reactive.examples.readme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code .ci/readme-command}, by which the continuous integration finds the README's commands. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "The script takes a shell")
class ReadmeCommandsTests {

    private static final Path SCRIPT = Path.of("../.ci/readme-command");
    private static final Path README = Path.of("../README.md");

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"main-job, 0", "tests, 1"})
    void readsTheCommandsOfTheReadme(String name, int block) throws Exception {
        Answer answer = command(name, README);

        assertThat(answer.errors()).isEmpty();
        assertThat(answer.output()).isEqualTo(bashBlock(block));
    }

    @Test
    void findsACommandBehindOtherBlocks() throws Exception {
        Answer answer = find("tests", """
                ```bash
                mvn install
                ```
                <!-- command: tests -->

                ```bash
                mvn verify
                mvn site
                ```
                """);

        assertThat(answer.output()).isEqualTo("mvn verify\nmvn site\n");
    }

    @Test
    void failsWithoutAMarker() throws Exception {
        assertFails("```bash\nmvn verify\n```\n", "<!-- command: tests --> stands there 0 times");
    }

    @Test
    void failsWithTwoMarkers() throws Exception {
        String marked = "<!-- command: tests -->\n```bash\nmvn verify\n```\n";

        assertFails(marked + marked, "<!-- command: tests --> stands there 2 times");
    }

    @Test
    void failsWhenSomethingElseFollowsTheMarker() throws Exception {
        assertFails(
                "<!-- command: tests -->\nRun the tests:\n```bash\nmvn verify\n```\n",
                "stands before \"Run the tests:\"");
    }

    @Test
    void failsWhenNoWholeBlockFollows() throws Exception {
        assertFails("<!-- command: tests -->\n", "no whole ```bash block follows");
        assertFails("<!-- command: tests -->\n```bash\nmvn verify\n", "no whole ```bash block follows");
        assertFails("<!-- command: tests -->\n```bash\n\n```\n", "is empty");
    }

    private void assertFails(String readme, String problem) throws Exception {
        Answer answer = find("tests", readme);

        assertThat(answer.code()).isEqualTo(1);
        assertThat(answer.output()).isEmpty();
        assertThat(answer.errors()).contains("README.md: ").contains(problem);
    }

    private Answer find(String name, String readme) throws Exception {
        return command(name, Files.writeString(directory.resolve("README.md"), readme));
    }

    private static Answer command(String name, Path readme) throws Exception {
        Process process = new ProcessBuilder("bash", SCRIPT.toString(), name, readme.toString()).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Answer(process.waitFor(), output, errors);
    }

    private static String bashBlock(int index) throws IOException {
        return Pattern.compile("^```bash\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL)
                .matcher(Files.readString(README))
                .results()
                .toList()
                .get(index)
                .group(1);
    }

    private record Answer(int code, String output, String errors) {}
}
