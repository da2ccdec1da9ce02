package io.walex.reactive.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.config.OriginFilter;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.testsupport.TcpProxy;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.util.retry.Retry;

/**
 * What comes out of the stream, applied to an empty copy of the schema, gives the same tables: in every protocol version
 * and option combination that the server knows.
 *
 * <p>All of them are read with {@code -Dwalex.differential=all}, else a sample: the same one each time, so that no
 * build fails without a change, or that of {@code -Dwalex.differential=...}, a number. {@code -Dwalex.chaos.seed=...} makes connections break at other moments.
 */
class DifferentialIT {

    private static final Logger LOG = LoggerFactory.getLogger(DifferentialIT.class);
    private static final long SEED = Long.getLong("walex.chaos.seed", 20_261_121L);

    private final String selection = System.getProperty("walex.differential", "1");

    @ParameterizedTest(name = "PostgreSQL {0}, {1} combinations in all")
    @CsvSource({"14, 24", "15, 72", "16, 288", "17, 288", "18, 288"})
    void appliedEventsGiveTheSourceTables(int major, int count) throws Exception {
        List<Combination> all = Combination.knownTo(major);
        assertThat(all).hasSize(count);
        List<Combination> combinations = selected(all);
        LOG.info(
                "PostgreSQL {}: {} of {} combinations, -Dwalex.differential={}",
                major,
                combinations.size(),
                count,
                selection);
        try (Differential differential = new Differential(major, combinations)) {
            Differential.forEach(
                    combinations,
                    combination -> differential.assertSame(
                            combination,
                            combination.config(differential.source()).build(),
                            event -> {}));
        }
    }

    private List<Combination> selected(List<Combination> all) {
        return selection.equals("all") ? all : PairwiseSample.of(all, Long.parseLong(selection));
    }

    /** Within transactions, and between PREPARE and COMMIT PREPARED. */
    @ParameterizedTest(name = "PostgreSQL {0}")
    @ValueSource(ints = {14, 15, 18})
    void sameTablesThoughConnectionsBreak(int major) throws Exception {
        LOG.info("Seed {}", SEED);
        List<Combination> combinations = Combination.knownTo(major).stream()
                .filter(combination -> combination.protocol() == Math.min(major - 12, 4)
                        && combination.messages()
                        && !combination.binary()
                        && !combination.viaRoot()
                        && combination.origin() == OriginFilter.ANY)
                .toList();
        try (Differential differential = new Differential(major, combinations)) {
            Differential.forEach(combinations, combination -> {
                try (TcpProxy proxy = TcpProxy.to(differential.source().server())) {
                    WalExConfig config = combination
                            .config(differential.source())
                            .host(proxy.host())
                            .port(proxy.port())
                            .retry(Retry.fixedDelay(Long.MAX_VALUE, Duration.ofMillis(20)))
                            .build();
                    Random random = new Random(SEED + combination.slot().hashCode());
                    Interruptions interruptions =
                            new Interruptions(differential.source(), combination.slot(), proxy, random);
                    differential.assertSame(combination, config, interruptions);
                    assertThat(interruptions.count()).as("%s", combination).isGreaterThan(1);
                    assertThat(interruptions.whilePrepared())
                            .as("%s", combination)
                            .isPositive();
                }
            });
        }
    }
}
