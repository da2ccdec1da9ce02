package io.walex.reactive.benchmarks.report;

import java.util.List;
import java.util.Locale;

/** A bar for each cell's rows per second, a panel for each workload. */
public final class SvgChart {

    private static final int WIDTH = 960;
    private static final int BAR = 18;
    private static final int TITLE = 40;
    private static final int LABELS = 280;
    private static final int NUMBERS = 250;

    private SvgChart() {}

    public static String of(List<Cell> cells) {
        List<String> workloads = cells.stream().map(Cell::workload).distinct().toList();
        int height = TITLE * workloads.size() + BAR * cells.size() + BAR;
        StringBuilder svg = new StringBuilder("""
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">
                <rect width="100%%" height="100%%" fill="white"/>
                """.formatted(WIDTH, height));
        int y = 0;
        for (String workload : workloads) {
            List<Cell> panel = cells.stream()
                    .filter(cell -> cell.workload().equals(workload))
                    .toList();
            panel(svg, workload, panel, y);
            y += TITLE + BAR * panel.size();
        }
        return svg.append("</svg>\n").toString();
    }

    private static void panel(StringBuilder svg, String workload, List<Cell> cells, int top) {
        double most = cells.stream().mapToDouble(Cell::rowsPerSecond).max().orElse(1);
        svg.append(
                "<text x=\"10\" y=\"%d\" font-size=\"14\" font-weight=\"bold\">%s: rows/s (client CPU seconds per million rows)</text>%n"
                        .formatted(top + TITLE - 12, workload));
        int y = top + TITLE;
        for (Cell cell : cells) {
            double length = (WIDTH - LABELS - NUMBERS) * cell.rowsPerSecond() / most;
            svg.append(String.format(
                    Locale.ROOT,
                    """
                    <text x="%d" y="%d" text-anchor="end">%s</text>
                    <rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/>
                    <text x="%.1f" y="%d">%,.0f (%.2f s)</text>
                    """,
                    LABELS - 6,
                    y + 12,
                    cell.reader(),
                    LABELS,
                    y,
                    length,
                    BAR - 4,
                    cell.reader().startsWith("walex") ? "#2a6f97" : "#a9a9a9",
                    LABELS + length + 6,
                    y + 12,
                    cell.rowsPerSecond(),
                    cell.cpuSecondsPerMillionRows()));
            y += BAR;
        }
    }
}
