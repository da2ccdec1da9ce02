package io.walex.reactive.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.testsupport.PostgresExtension;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Runs the quickstart beside a database with two published tables, in this process or in one of its own. */
abstract class QuickstartRuns {

    static final Duration STARTED = Duration.ofMinutes(1);

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    final Map<String, String> environment = new HashMap<>();
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    final StringWriter err = new StringWriter();

    @BeforeEach
    void createTables() {
        postgres.execute(
                "CREATE TABLE todo (id int PRIMARY KEY, description text)",
                "CREATE TABLE note (id int PRIMARY KEY)",
                "CREATE PUBLICATION events FOR ALL TABLES");
    }

    static Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // The quickstart's own logs, which the tests' configuration would hide.
                "-Dlogback.configurationFile="
                        + Path.of("src/main/resources/logback.xml").toUri(),
                "-cp",
                System.getProperty("java.class.path"),
                Quickstart.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).start();
    }

    /** By the signal of kill; that of Ctrl-C takes the same way, but a background job may ignore it. */
    static void interrupt(Process quickstart) throws InterruptedException {
        quickstart.toHandle().destroy();
        assertThat(quickstart.waitFor(1, TimeUnit.MINUTES)).isTrue();
    }

    int run(String... arguments) {
        return Quickstart.run(arguments, environment, out, new PrintWriter(err, true));
    }

    List<JsonNode> lines() {
        ObjectMapper mapper = new ObjectMapper();
        return out.toString(StandardCharsets.UTF_8)
                .lines()
                .map(mapper::readTree)
                .toList();
    }
}
