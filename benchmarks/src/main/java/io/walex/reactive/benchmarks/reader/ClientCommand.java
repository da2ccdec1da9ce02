package io.walex.reactive.benchmarks.reader;

import io.walex.reactive.benchmarks.report.ProcessCost;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** One of PostgreSQL's own commands, writing to nowhere. It is measured whole, from its start to its end. */
final class ClientCommand {

    private static final Pattern MINUTES_AND_SECONDS = Pattern.compile("(\\d+)m([\\d.]+)s");

    private ClientCommand() {}

    static boolean isInstalled(String command) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, command)));
    }

    /** Runs it, and tells the meter what it took. */
    static void run(String command, Meter meter) throws IOException, InterruptedException {
        // Bash reports the user and system time of its children last.
        Process shell = new ProcessBuilder("bash", "-c", command + " >/dev/null && times").start();
        meter.startOther();
        double peakRss = 0;
        while (shell.isAlive()) {
            peakRss = Math.max(peakRss, peakRss(shell));
            Thread.sleep(10);
        }
        String output = new String(shell.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        String times = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (shell.exitValue() != 0) {
            throw new IOException(command + " failed: " + output);
        }
        List<Double> seconds = MINUTES_AND_SECONDS
                .matcher(times)
                .results()
                .map(ClientCommand::seconds)
                .toList();
        meter.stopOther(seconds.get(2), seconds.get(3), peakRss);
    }

    private static double seconds(MatchResult time) {
        return 60 * Double.parseDouble(time.group(1)) + Double.parseDouble(time.group(2));
    }

    private static double peakRss(Process shell) {
        return shell.children()
                .mapToDouble(child -> ProcessCost.peakRss(Path.of("/proc", String.valueOf(child.pid()))))
                .filter(Double::isFinite)
                .max()
                .orElse(0);
    }
}
