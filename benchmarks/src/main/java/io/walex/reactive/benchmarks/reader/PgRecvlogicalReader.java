package io.walex.reactive.benchmarks.reader;

import io.walex.reactive.benchmarks.Target;
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

/** PostgreSQL's own command, writing to nowhere. It is measured whole, from its start to its end. */
record PgRecvlogicalReader() implements Reader {

    private static final Pattern MINUTES_AND_SECONDS = Pattern.compile("(\\d+)m([\\d.]+)s");

    static boolean isInstalled() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, "pg_recvlogical")));
    }

    @Override
    public void read(Target target, Meter meter) throws Exception {
        Process shell = new ProcessBuilder("bash", "-c", command(target)).start();
        meter.startOther();
        double peakRss = 0;
        while (shell.isAlive()) {
            peakRss = Math.max(peakRss, peakRss(shell));
            Thread.sleep(10);
        }
        String output = new String(shell.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        String times = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (shell.exitValue() != 0) {
            throw new IOException("pg_recvlogical failed: " + output);
        }
        List<Double> seconds = MINUTES_AND_SECONDS
                .matcher(times)
                .results()
                .map(PgRecvlogicalReader::seconds)
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

    /** Bash reports the user and system time of its children last. */
    private static String command(Target target) {
        return "pg_recvlogical -h %s -p %d -U %s -d %s -S %s --start -f - -s 1 -o proto_version=1 -o publication_names=%s --endpos=%s >/dev/null && times"
                .formatted(
                        target.host(),
                        target.port(),
                        target.username(),
                        target.database(),
                        target.slot(),
                        target.publication(),
                        target.endLsn());
    }
}
