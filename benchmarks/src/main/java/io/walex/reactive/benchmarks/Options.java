package io.walex.reactive.benchmarks;

import io.walex.reactive.benchmarks.reader.Readers;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The command line.
 *
 * @param scale of the workloads; 1 is a million narrow rows
 * @param warmUpRows see {@link Effort}
 * @param passes passes that count
 * @param snapshotRows of a table whose rows are read
 */
record Options(
        boolean quick,
        double scale,
        long warmUpRows,
        int passes,
        long snapshotRows,
        List<String> sections,
        List<String> workloads,
        List<Readers> readers,
        Path output) {

    static final String USAGE = """
            Options:
              --quick            W1 and W3 with a twentieth of the rows, in less than 5 minutes
              --sections=a,b     of throughput, replay, latency, memory, growth, start, snapshot; all by default,
                                 but the last four of a quick run
              --workloads=W1,W3  of W1 to W4; all by default, W1 and W3 of a quick run
              --readers=a,b      of %s; all by default;
                                 latency, memory and growth have readers of their own
              --scale=0.5        of the workloads
              --warm-up-rows=N   rows that each reader reads before its passes count, for 30 s at the most
              --passes=3         passes of throughput, replay, start and snapshot that count
              --snapshot-rows=N  of the tables of W1 and W2 in the section snapshot; 5,000,000 by default, 200,000 of a
                                 quick run
              --output=DIR       where RESULTS.md, results.json, results.svg, start.json, SNAPSHOT.md and snapshot.json go
            """.formatted(String.join(", ", names(Readers.compared())));

    Effort effort() {
        return new Effort(warmUpRows, passes, quick ? 0 : Math.round(500_000 * scale));
    }

    static final List<String> SECTIONS =
            List.of("throughput", "replay", "latency", "memory", "growth", "start", "snapshot");

    static Options parse(String... arguments) {
        boolean quick = Arrays.asList(arguments).contains("--quick");
        Options options = quick
                ? new Options(
                        true,
                        0.05,
                        30_000,
                        3,
                        200_000,
                        List.of("throughput", "replay", "latency"),
                        List.of("W1", "W3"),
                        Readers.compared(),
                        Path.of("benchmarks", "target"))
                : new Options(
                        false,
                        1,
                        2_000_000,
                        3,
                        5_000_000,
                        SECTIONS,
                        List.of("W1", "W2", "W3", "W4"),
                        Readers.compared(),
                        Path.of("benchmarks"));
        for (String argument : arguments) {
            options = options.with(argument);
        }
        return options;
    }

    private Options with(String argument) {
        int equals = argument.indexOf('=');
        String value = argument.substring(equals + 1);
        return switch (equals < 0 ? argument : argument.substring(0, equals)) {
            case "--quick" -> this;
            case "--scale" ->
                new Options(
                        quick,
                        Double.parseDouble(value),
                        warmUpRows,
                        passes,
                        snapshotRows,
                        sections,
                        workloads,
                        readers,
                        output);
            case "--warm-up-rows" ->
                new Options(
                        quick,
                        scale,
                        Long.parseLong(value),
                        passes,
                        snapshotRows,
                        sections,
                        workloads,
                        readers,
                        output);
            case "--passes" ->
                new Options(
                        quick,
                        scale,
                        warmUpRows,
                        Integer.parseInt(value),
                        snapshotRows,
                        sections,
                        workloads,
                        readers,
                        output);
            case "--snapshot-rows" ->
                new Options(
                        quick, scale, warmUpRows, passes, Long.parseLong(value), sections, workloads, readers, output);
            case "--sections" ->
                new Options(quick, scale, warmUpRows, passes, snapshotRows, list(value), workloads, readers, output);
            case "--workloads" ->
                new Options(quick, scale, warmUpRows, passes, snapshotRows, sections, list(value), readers, output);
            case "--readers" ->
                new Options(
                        quick, scale, warmUpRows, passes, snapshotRows, sections, workloads, readers(value), output);
            case "--output" ->
                new Options(
                        quick, scale, warmUpRows, passes, snapshotRows, sections, workloads, readers, Path.of(value));
            default -> throw new IllegalArgumentException("Unknown option " + argument + "\n" + USAGE);
        };
    }

    private static List<String> list(String value) {
        return List.of(value.split(","));
    }

    private static List<Readers> readers(String value) {
        return list(value).stream()
                .map(name -> Readers.valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_')))
                .toList();
    }

    private static List<String> names(List<Readers> readers) {
        return readers.stream()
                .map(reader -> reader.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .toList();
    }
}
