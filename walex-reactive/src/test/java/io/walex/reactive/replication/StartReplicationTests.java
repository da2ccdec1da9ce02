package io.walex.reactive.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.pgoutput.Lsn;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StartReplicationTests {

    @Test
    void quotesPublicationNamesAsIdentifiersAndThenAsAValue() {
        String names = StartReplication.publicationNames(List.of("a\"b'; drop", "plain"));
        String sql = new StartReplication("walex", Lsn.parse("16/B374D848"), Map.of("publication_names", names))
                .toRequest()
                .asSQL();

        assertThat(names).isEqualTo("\"a\"\"b'; drop\",\"plain\"");
        assertThat(sql)
                .isEqualTo("START_REPLICATION SLOT \"walex\" LOGICAL 16/B374D848"
                        + " (\"publication_names\" '\"a\"\"b''; drop\",\"plain\"')");
    }
}
