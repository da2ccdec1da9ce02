package io.walex.reactive.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What it says where it cannot work. */
class QuickstartErrorsIT extends QuickstartRuns {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    2 | --nonsense                                                   | nonsense
                    2 | --ur=postgresql://u:secretpw@h/d                             | Unknown option: --ur;
                    2 | -url:postgresql://u:secretpw@h/d                             | Unknown option: -url;
                    2 | postgresql://u:secretpw@h/d                                  | no option
                    2 | --url=postgresql://h/d?sslmode=verify-ca&sslrootcert=gone.crt --publication=e | gone.crt
                    2 | --max-events=0                                               | at least 1
                    2 | --max-events=many                                            | many
                    2 | --url=postgresql://h/d                                       | --publication is required
                    2 | --url=mysql://h/d --publication=events                       | scheme
                    2 | --url=postgresql://h/d --publication=events --slot=Not-Valid | Not-Valid
                    2 | --slot=Not-Valid                                             | Not-Valid
                    2 | --snapshot=a."b                                              | Invalid table of a snapshot
                    2 | --backfill=a."b                                              | --backfill takes tables
                    2 | --backfill=todo,,                                            | --backfill takes tables
                    2 | setup --publication=events --slot=shop                       | --url is required
                    2 | drop --url=postgresql://h/d --publication=events             | --slot is required
                    2 | drop --url=postgresql://h/d --slot=shop                      | --publication is required
                    2 | setup postgresql://u:secretpw@h/d                            | no option
                    1 | drop --url=postgresql://localhost:1/d --publication=e --slot=s | localhost:1
                    1 | --url=postgresql://no-such-host.invalid/d?connect_timeout=30 --publication=p | no-such-host.invalid
                    1 | --url=postgresql://localhost:1/d --publication=events        | localhost:1
                    """)
    void refusesBadInputInOneLine(int exitCode, String arguments, String says) {
        assertThat(run(arguments.split(" "))).isEqualTo(exitCode);

        assertThat(err.toString().lines())
                .hasSize(1)
                .first()
                .asString()
                .contains(says)
                .doesNotContain("secretpw");
        assertThat(out.size()).isZero();
    }

    @Test
    void saysWhichDatabaseOrPublicationIsMissing() {
        assertThat(run("--url=" + postgres.url() + "_gone", "--publication=events"))
                .isEqualTo(1);
        assertThat(run("--url=" + postgres.url(), "--publication=evnts")).isEqualTo(1);

        assertThat(err.toString().lines()).hasSize(2).first().asString().contains(postgres.name() + "_gone");
        assertThat(err.toString()).contains("evnts").doesNotContain("\tat ");
    }

    @Test
    void saysWhichTableOfASnapshotCannotBeRead() {
        postgres.execute("CREATE ROLE %s_reader LOGIN REPLICATION PASSWORD 'secret'".formatted(postgres.name()));
        String reader = postgres.url().replaceAll("//[^@]+@", "//" + postgres.name() + "_reader:secret@");

        assertThat(run("--url=" + postgres.url(), "--publication=events", "--snapshot=todo,gone"))
                .isEqualTo(2);
        assertThat(run("--url=" + reader, "--publication=events", "--snapshot=todo"))
                .isEqualTo(1);

        assertThat(err.toString().lines()).hasSize(2);
        assertThat(err.toString()).contains("\"gone\" is not in publication", "GRANT SELECT ON TABLE", "\"todo\"");
        assertThat(out.size()).isZero();
        postgres.execute("DROP ROLE %s_reader".formatted(postgres.name()));
    }

    @Test
    void debugShowsTheStackTrace() {
        assertThat(run("--url=postgresql://localhost:1/d", "--publication=events", "--debug"))
                .isEqualTo(1);

        assertThat(err.toString()).contains("\tat ");
    }

    @Test
    void hintsAtTheOptionThatMendsIt() {
        postgres.execute("SELECT pg_create_logical_replication_slot('" + postgres.name() + "', 'pgoutput')");
        String[] arguments = {"--url=" + postgres.url(), "--publication=events", "--slot=" + postgres.name()};
        environment.put("WALEX_MAX_EVENTS", "1");
        CompletableFuture<Integer> owner = CompletableFuture.supplyAsync(() -> run(arguments));
        postgres.awaitSlotActive(postgres.name());

        assertThat(run(arguments)).isEqualTo(1);

        assertThat(err.toString()).contains("choose another slot with --slot=NAME");
        postgres.execute("INSERT INTO todo VALUES (1, 'done')");
        assertThat(owner.join()).isZero();
    }
}
