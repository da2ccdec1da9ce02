package io.walex.reactive.preflight;

import io.walex.reactive.setup.Obstacle;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What {@link io.walex.reactive.WalEx#preflight} found.
 *
 * @param findings the gravest first; empty when all is well
 */
public record Preflight(List<Finding> findings) {

    public Preflight {
        findings = findings.stream()
                .sorted((a, b) -> a.severity.compareTo(b.severity))
                .toList();
    }

    /** Whether a stream would start. */
    public boolean isReady() {
        return findings.stream().noneMatch(finding -> finding.severity == Severity.FAILS);
    }

    /** How grave a finding is. */
    public enum Severity {
        /** A stream does not start, or not with everything that was asked for. */
        FAILS,
        /** A stream runs, and something will go wrong or be missing later. */
        HURTS,
        /** Worth knowing. */
        COSTS
    }

    /**
     * One thing found.
     *
     * @param subject what it is about: a setting, the server, or a role, a slot, a publication, a table by its name, as in
     *     {@code replication slot "shop"}
     * @param problem what is the matter
     * @param remedy what to do
     */
    public record Finding(Severity severity, String subject, String problem, String remedy) {

        static Finding of(Obstacle obstacle) {
            return fails(obstacle.subject(), obstacle.problem(), obstacle.remedy());
        }

        public static Finding fails(String subject, String problem, String remedy) {
            return new Finding(Severity.FAILS, subject, problem, remedy);
        }

        static Finding hurts(String subject, String problem, String remedy) {
            return new Finding(Severity.HURTS, subject, problem, remedy);
        }

        static Finding costs(String subject, String problem, String remedy) {
            return new Finding(Severity.COSTS, subject, problem, remedy);
        }

        @Override
        public String toString() {
            return severity + " " + subject + ": " + problem + "; " + remedy;
        }
    }

    /** One line for each finding. */
    @Override
    public String toString() {
        return findings.isEmpty()
                ? "ready, nothing found"
                : findings.stream().map(Finding::toString).collect(Collectors.joining("\n"));
    }
}
