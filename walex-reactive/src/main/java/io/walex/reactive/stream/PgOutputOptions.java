package io.walex.reactive.stream;

import io.walex.reactive.config.OriginFilter;
import io.walex.reactive.config.Streaming;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.TwoPhase;
import io.walex.reactive.replication.StartReplication;
import io.walex.reactive.server.ServerVersion;
import io.walex.reactive.setup.ProtocolChecks;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What is asked of pgoutput, for a server's version that knows it.
 *
 * @see <a href="https://www.postgresql.org/docs/current/protocol-logical-replication.html#PROTOCOL-LOGICAL-REPLICATION-PARAMS">Logical
 *     streaming replication parameters</a>
 */
final class PgOutputOptions {

    static final String STREAMING = "streaming";

    private PgOutputOptions() {}

    static Map<String, String> of(WalExConfig config, ServerVersion version) {
        Map<String, String> options = new LinkedHashMap<>();
        options.put("publication_names", StartReplication.publicationNames(config.publications()));
        if (config.binary()) {
            options.put("binary", "true");
        }
        if (config.messages()) {
            options.put("messages", "true");
        }
        if (config.streaming() != Streaming.OFF) {
            options.put(STREAMING, config.streaming() == Streaming.PARALLEL ? "parallel" : "on");
        }
        if (config.twoPhase() != TwoPhase.OFF) {
            options.put("two_phase", "on");
        }
        if (config.origin() != OriginFilter.ANY) {
            options.put("origin", config.origin().name().toLowerCase(Locale.ROOT));
        }
        options.put("proto_version", String.valueOf(ProtocolChecks.protocolVersion(config, version)));
        return options;
    }
}
