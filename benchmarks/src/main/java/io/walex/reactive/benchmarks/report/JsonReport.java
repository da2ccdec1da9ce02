package io.walex.reactive.benchmarks.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The throughput and replay cells, for programs. What cannot be known is null. */
public final class JsonReport {

    private JsonReport() {}

    public static String of(Results results) {
        List<Map<String, @Nullable Object>> cells = Stream.concat(
                        results.throughput().stream(), results.replay().stream())
                .map(JsonReport::cell)
                .toList();
        return json(cells);
    }

    /** The cells of starts. */
    public static String of(List<StartCell> starts) {
        return json(starts.stream().map(JsonReport::cell).toList());
    }

    /** All that snapshots took: a cell has what was measured of it. */
    public static String of(SnapshotResults results) {
        List<Map<String, @Nullable Object>> cells = new ArrayList<>();
        results.quiet().forEach(cell -> cells.add(cell(cell)));
        results.memory().forEach(cell -> cells.add(memory(cell)));
        results.beside().forEach(cell -> cells.add(cell(cell)));
        return json(cells);
    }

    private static Map<String, @Nullable Object> memory(Cell cell) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("workload", cell.workload());
        values.put("reader", cell.reader() + ", -Xmx64m");
        values.put("rowsPerSecond", Math.round(cell.rowsPerSecond()));
        values.put("liveHeapMb", rounded(cell.liveHeapMb()));
        values.put("peakDirectMb", rounded(cell.peakDirectMb()));
        values.put("peakRssMb", rounded(cell.peakRssMb()));
        values.put("passes", cell.passes().size());
        return values;
    }

    private static Map<String, @Nullable Object> cell(BesideCell cell) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("workload", cell.table());
        values.put("reader", "walex beside changes, " + cell.phase());
        values.put("rowsPerSecond", Math.round(cell.rowsPerSecond()));
        values.put("transactionsPerSecond", Math.round(cell.transactionsPerSecond()));
        values.put("changesP50Ms", rounded(cell.p50()));
        values.put("changesP99Ms", rounded(cell.p99()));
        values.put("slotLagMb", rounded(cell.lagMb()));
        values.put("slotLagP95Mb", rounded(cell.highLagMb()));
        values.put("passes", cell.passes());
        return values;
    }

    private static String json(List<Map<String, @Nullable Object>> cells) {
        return JsonMapper.builder()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .build()
                        .writeValueAsString(cells)
                + "\n";
    }

    private static Map<String, @Nullable Object> cell(Cell cell) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("workload", cell.workload());
        values.put("reader", cell.reader());
        values.put("rowsPerSecond", Math.round(cell.rowsPerSecond()));
        values.put("clientCpuSecondsPerMillionRows", rounded(cell.cpuSecondsPerMillionRows()));
        values.put("walsenderCpuSecondsPerMillionRows", rounded(cell.walsenderSecondsPerMillionRows()));
        values.put("allocatedBytesPerRow", rounded(cell.allocatedBytesPerRow()));
        values.put("peakRssMb", rounded(cell.peakRssMb()));
        values.put("passes", cell.passes().size());
        return values;
    }

    private static Map<String, @Nullable Object> cell(StartCell cell) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("schema", cell.schema());
        values.put("measure", cell.measure());
        values.put("medianMs", cell.median() == null ? null : Math.round(cell.median()));
        values.put("slowestMs", cell.slowest() == null ? null : Math.round(cell.slowest()));
        values.put("passes", cell.millis().size());
        return values;
    }

    private static @Nullable Double rounded(double value) {
        return Double.isNaN(value) ? null : Math.round(value * 1000) / 1000.0;
    }
}
