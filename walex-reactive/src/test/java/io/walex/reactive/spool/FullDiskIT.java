package io.walex.reactive.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.walex.reactive.testsupport.ForkedJvm;
import io.walex.reactive.testsupport.PostgresExtension;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A spool whose files can no longer be written. */
class FullDiskIT {

    private static final Path PRLIMIT = Path.of("/usr/bin/prlimit");

    private static final int TRANSACTIONS = 40;

    /** Some of the transactions, which have a megabyte each. */
    private static final int LIMIT = 12 << 20;

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @TempDir
    Path directory;

    @Test
    void failsTheStreamAndGoesOnWithoutLossWhereThereIsRoomAgain() {
        assumeThat(PRLIMIT).isExecutable();
        postgres.execute(
                "CREATE TABLE blob (id int PRIMARY KEY, body text)",
                "CREATE PUBLICATION events FOR TABLE blob",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')");
        List<String> ids =
                IntStream.rangeClosed(1, TRANSACTIONS).mapToObj(String::valueOf).toList();
        ids.forEach(id -> postgres.execute("INSERT INTO blob VALUES (" + id + ", repeat('x', 1 << 20))"));

        List<String> printed = ForkedJvm.run(
                        120,
                        List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-Xshare:auto"),
                        FullDiskConsumer.class,
                        postgres.url(),
                        directory.toString(),
                        String.valueOf(TRANSACTIONS),
                        String.valueOf(LIMIT))
                .lines()
                .toList();

        assertThat(printed).hasSize(3);
        assertThat(printed.get(0))
                .startsWith("The spool in " + directory)
                .contains("File too large", "if its disk is full, make room and subscribe again");
        assertThat(withoutTheOneInHand(split(printed.get(1)), split(printed.get(2))))
                .isEqualTo(ids);
    }

    private static List<String> split(String ids) {
        return ids.isEmpty() ? List.of() : List.of(ids.split(","));
    }

    /** The last of the first subscription may come again: its acknowledgement may have come too late. */
    private static List<String> withoutTheOneInHand(List<String> first, List<String> second) {
        List<String> all = new ArrayList<>(first);
        if (!first.isEmpty() && first.get(first.size() - 1).equals(second.get(0))) {
            all.remove(all.size() - 1);
        }
        all.addAll(second);
        return all;
    }
}
