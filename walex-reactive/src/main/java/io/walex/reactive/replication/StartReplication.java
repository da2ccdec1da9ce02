package io.walex.reactive.replication;

import io.r2dbc.postgresql.replication.LogSequenceNumber;
import io.r2dbc.postgresql.replication.ReplicationRequest;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.server.SqlLiterals;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The START_REPLICATION command.
 *
 * @param slot the slot's name
 * @param from where to start; the slot's own confirmed position counts when it is later
 * @param options pgoutput's options, in the order they are sent
 * @see <a href="https://www.postgresql.org/docs/current/protocol-logical-replication.html">Logical streaming</a>
 */
public record StartReplication(String slot, Lsn from, Map<String, String> options) {

    public StartReplication {
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }

    /** The value of {@code publication_names}: a list of quoted identifiers. */
    public static String publicationNames(List<String> publications) {
        return publications.stream().map(SqlLiterals::identifier).collect(Collectors.joining(","));
    }

    ReplicationRequest toRequest() {
        var request = ReplicationRequest.logical()
                .slotName(SqlLiterals.identifier(slot))
                .startPosition(LogSequenceNumber.valueOf(from.value()))
                // Feedback is ours: the driver's would come from another thread.
                .statusInterval(Duration.ZERO);
        // The driver puts values between quotes as they are.
        options.forEach((name, value) -> request.slotOption(name, value.replace("'", "''")));
        return request.build();
    }
}
