package io.walex.reactive.preflight;

import static io.walex.reactive.preflight.Preflight.Finding.costs;
import static io.walex.reactive.preflight.Preflight.Finding.fails;
import static io.walex.reactive.preflight.Preflight.Finding.hurts;
import static io.walex.reactive.preflight.PreflightChecks.isTrue;

import io.walex.reactive.config.SnapshotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.WalExException;
import io.walex.reactive.preflight.Preflight.Finding;
import io.walex.reactive.server.ServerConnection;
import io.walex.reactive.server.ServerConnection.ServerFacts;
import io.walex.reactive.snapshot.SnapshotChecks;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Looks for what keeps a configured snapshot from starting, and at what reading its tables will cost. */
final class SnapshotFindings {

    private static final String SUBJECT = "the snapshot";

    /** The three parts of an error's sentence. */
    private static final Pattern SENTENCE =
            Pattern.compile("((?:The s|S)napshot(?: \"[^\"]*\")?) (.*?); (.*)", Pattern.DOTALL);

    /** Less is little to read again, or an empty table's. */
    private static final long MUCH_OUT_OF_LINE = 1 << 20;

    private final ServerConnection server;
    private final WalExConfig config;
    private final ServerFacts facts;

    SnapshotFindings(ServerConnection server, WalExConfig config, ServerFacts facts) {
        this.server = server;
        this.config = config;
        this.facts = facts;
    }

    Mono<List<Finding>> findings() {
        SnapshotSpec snapshot = config.snapshot();
        return snapshot == null
                ? Mono.just(List.of())
                : Flux.concat(
                                SnapshotChecks.run(server, config, snapshot)
                                        .flatMapIterable(SnapshotFindings::ofTables),
                                ofRights())
                        .collectList();
    }

    private static List<Finding> ofTables(SnapshotChecks.Found found) {
        List<Finding> findings = new ArrayList<>();
        found.obstacles().forEach(obstacle -> findings.add(ofObstacle(obstacle)));
        for (SnapshotChecks.Table table : found.tables()) {
            if (!table.hasKey()) {
                findings.add(hurts(
                        "table " + table.name(),
                        "has no key that is published: the snapshot reads its %s in one transaction, which holds back VACUUM and ALTER TABLE, while the stream stands still; a restart reads it again"
                                .formatted(size(table.bytes())),
                        "give it a primary key, or refuse such tables with keyless(REFUSE)"));
            } else if (table.leavesOut() && table.outOfLine() > MUCH_OUT_OF_LINE) {
                findings.add(costs(
                        "table " + table.name(),
                        "has %s of large values, which updates leave out that do not change them: rows that are updated during the snapshot may be read once more"
                                .formatted(size(table.outOfLine())),
                        "REPLICA IDENTITY FULL where most rows are updated meanwhile"));
            }
        }
        if (!found.tables().isEmpty()) {
            findings.add(ofSize(found.tables()));
        }
        return findings;
    }

    private static Finding ofObstacle(WalExException obstacle) {
        String message = String.valueOf(obstacle.getMessage());
        Matcher sentence = SENTENCE.matcher(message);
        return sentence.matches()
                ? fails(
                        Character.toLowerCase(sentence.group(1).charAt(0))
                                + sentence.group(1).substring(1),
                        sentence.group(2),
                        sentence.group(3))
                : fails(SUBJECT, "cannot start: " + message, "do what this says");
    }

    private static Finding ofSize(List<SnapshotChecks.Table> tables) {
        return costs(
                SUBJECT,
                "reads %d %s of %s"
                        .formatted(
                                tables.size(),
                                tables.size() == 1 ? "table" : "tables",
                                size(tables.stream()
                                        .mapToLong(SnapshotChecks.Table::bytes)
                                        .sum())),
                "bound its load with connections(n) and rowsPerSecond(n)");
    }

    /** On a standby, the start does not look at other sessions. */
    private Flux<Finding> ofRights() {
        return facts.isStandby()
                ? Flux.empty()
                : server.rows("SELECT pg_has_role('pg_read_all_stats', 'USAGE')::text AS sees_all")
                        .filter(row -> !isTrue(row, "sees_all"))
                        .map(row -> costs(
                                "role " + config.username(),
                                "does not see what other sessions do: before its first row, the snapshot waits for all transactions that are running, also for those that are idle",
                                "GRANT pg_read_all_stats to it"));
    }

    /** Rounded, with the unit that PostgreSQL would take. */
    private static String size(long bytes) {
        String[] units = {"bytes", "kB", "MB", "GB", "TB"};
        double size = bytes;
        int unit = 0;
        while (size >= 1024 && unit < units.length - 1) {
            size /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, size < 10 && unit > 0 ? "%.1f %s" : "%.0f %s", size, units[unit]);
    }
}
