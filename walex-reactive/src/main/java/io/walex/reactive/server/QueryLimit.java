package io.walex.reactive.server;

import io.r2dbc.spi.R2dbcException;
import java.time.Duration;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import reactor.core.publisher.Mono;

/**
 * How long the server may work on a query of ours. It stops before we stop waiting for it: what only we gave up would go on
 * there, on a connection that nobody reads. And a server that stops a query tells that it was slow, where silence says that
 * the connection is lost.
 *
 * @param time shorter than our patience, by what the answer may take to arrive
 */
record QueryLimit(Duration time) {

    private static final String QUERY_CANCELED = "57014";

    private static final Pattern READS =
            Pattern.compile("\\b(?:FROM|JOIN(?: LATERAL)?)\\s+(?:pg_catalog\\.)?(pg_[a-z_]+)");

    /** The clocks of two processes differ in what they round. */
    private static final Duration ROUNDING = Duration.ofMillis(2);

    static QueryLimit within(Duration patience) {
        long millis = patience.toMillis();
        return new QueryLimit(Duration.ofMillis(Math.max(1, Math.min(millis - millis / 4, Integer.MAX_VALUE))));
    }

    /**
     * Asks, with the limit in force. Costs are estimated too high where statistics are missing, so that the server would
     * compile a query for longer than it runs.
     *
     * @param ask takes the query with its limits, and gives the answer
     */
    <T> Mono<T> on(String sql, Function<String, Mono<T>> ask) {
        return Mono.defer(() -> {
            long start = System.nanoTime();
            return ask.apply("SET LOCAL statement_timeout = " + time.toMillis() + "; SET LOCAL jit = off; " + sql)
                    .onErrorMap(
                            error -> isCanceled(error) && hasPassedSince(start),
                            error -> new SlowQueryException(reads(sql), time, error));
        });
    }

    private static boolean isCanceled(Throwable error) {
        return error instanceof R2dbcException refused && QUERY_CANCELED.equals(refused.getSqlState())
                || error instanceof ServerError server && QUERY_CANCELED.equals(server.sqlState());
    }

    /** Before that, somebody else has canceled it. */
    private boolean hasPassedSince(long start) {
        return System.nanoTime() - start >= time.minus(ROUNDING).toNanos();
    }

    private static String reads(String sql) {
        String reads = READS.matcher(sql)
                .results()
                .map(found -> found.group(1))
                .distinct()
                .collect(Collectors.joining(", "));
        return reads.isEmpty() ? "server settings" : reads;
    }
}
