package io.walex.reactive.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.R2dbcNonTransientResourceException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

class QueryLimitTests {

    private final R2dbcException canceled = new R2dbcNonTransientResourceException("canceling statement", "57014");

    /** So short that it has passed before it is looked at. */
    private static final QueryLimit PASSED = QueryLimit.within(Duration.ofMillis(1));

    @Test
    void serverStopsQueryBeforeNobodyWaitsForIt() {
        List<String> asked = new ArrayList<>();

        QueryLimit.within(Duration.ofSeconds(30))
                .on("SELECT 1", sql -> Mono.fromRunnable(() -> asked.add(sql)))
                .block();

        assertThat(asked).containsExactly("SET LOCAL statement_timeout = 22500; SET LOCAL jit = off; SELECT 1");
        assertThat(QueryLimit.within(Duration.ofDays(3650)).time()).isEqualTo(Duration.ofMillis(Integer.MAX_VALUE));
        assertThat(PASSED.time()).isEqualTo(Duration.ofMillis(1));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    SELECT 1 FROM pg_class c JOIN pg_catalog.pg_attribute a ON true  | pg_class, pg_attribute
                    SELECT 1 FROM pg_class c JOIN pg_class d ON true                 | pg_class
                    SELECT 1 CROSS JOIN LATERAL pg_get_publication_tables('a') g     | pg_get_publication_tables
                    SELECT current_setting('wal_level')                              | server settings
                    """)
    void slowQueryTellsWhatItReads(String sql, String reads) {
        PASSED.on(sql, limited -> Mono.error(canceled))
                .as(StepVerifier::create)
                .verifyErrorSatisfies(error -> assertThat(error)
                        .isInstanceOfSatisfying(
                                SlowQueryException.class,
                                slow -> assertThat(slow.reads()).isEqualTo(reads)));
    }

    @Test
    void queryThatSomebodyCanceledWasNotSlow() {
        QueryLimit.within(Duration.ofDays(1))
                .on("SELECT 1", sql -> Mono.error(canceled))
                .as(StepVerifier::create)
                .verifyErrorSatisfies(error -> assertThat(error).isSameAs(canceled));
    }

    @Test
    void otherErrorsStayWhatTheyAre() {
        R2dbcException refused = new R2dbcNonTransientResourceException("permission denied", "42501");

        PASSED.on("SELECT 1", sql -> Mono.error(refused))
                .as(StepVerifier::create)
                .verifyErrorSatisfies(error -> assertThat(error).isSameAs(refused));
    }
}
