package io.walex.reactive.benchmarks.reader;

import io.walex.reactive.benchmarks.Target;
import io.walex.reactive.benchmarks.report.Pass;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.json.JsonMapper;

/** The handle of a {@link ReaderMain} process. */
public final class ReaderProcess implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();

    /** Many times what the slowest reader takes to its first row, and from there to its last. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Readers reader;
    private final Process process;
    private final PrintStream commands;
    private final BufferedReader answers;

    private ReaderProcess(Readers reader, Process process) {
        this.reader = reader;
        this.process = process;
        commands = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Starts the reader's process, with options for its JVM. */
    public static ReaderProcess start(Readers reader, Measure measure, String... jvmOptions) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(jvmOptions));
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                ReaderMain.class.getName(),
                reader.name(),
                measure.name()));
        try {
            return new ReaderProcess(
                    reader,
                    new ProcessBuilder(command).redirectError(Redirect.INHERIT).start());
        } catch (IOException e) {
            throw new IllegalStateException("Cannot start " + reader.label(), e);
        }
    }

    public Readers reader() {
        return reader;
    }

    /** Starts a pass. */
    public void begin(Target target) {
        commands.println(JSON.writeValueAsString(target));
    }

    /** Waits for the pass's first row. */
    public void awaitFirstRow() throws IOException {
        answer(ReaderMain.STARTED);
    }

    /** Waits for the pass's last row. */
    public Pass awaitPass() throws IOException {
        return JSON.readValue(answer(ReaderMain.PASS), Pass.class);
    }

    /** With its children, which would read on. */
    private void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    /** A reader that stalls must not make the run wait for ever. */
    private String answer(String wanted) throws IOException {
        CompletableFuture<Void> limit = new CompletableFuture<>();
        limit.completeOnTimeout(null, PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .thenRun(this::kill);
        String line = answers.readLine();
        // The JVM itself may have something to say.
        while (line != null && !line.startsWith("@")) {
            line = answers.readLine();
        }
        boolean inTime = limit.cancel(false);
        if (line == null) {
            throw new EOFException(reader.label() + (inTime ? " exited" : " was ended: it took more than " + PATIENCE));
        }
        if (!line.startsWith(wanted)) {
            throw new IOException(reader.label() + ": " + line);
        }
        return line.substring(wanted.length());
    }

    @Override
    public void close() {
        commands.close();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                kill();
            }
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
        }
    }
}
