package io.walex.reactive.stream;

import io.walex.reactive.config.OriginFilter;
import io.walex.reactive.config.Streaming;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.error.UnsupportedServerException;
import io.walex.reactive.event.TwoPhase;
import io.walex.reactive.replication.StartReplication;
import io.walex.reactive.server.ServerVersion;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What is asked of pgoutput, for the server's version.
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
            require(version, 14, "binary transfer");
            options.put("binary", "true");
        }
        if (config.messages()) {
            require(version, 14, "logical messages");
            options.put("messages", "true");
        }
        if (config.streaming() != Streaming.OFF) {
            boolean parallel = config.streaming() == Streaming.PARALLEL;
            require(version, parallel ? 16 : 14, "streaming " + config.streaming());
            options.put(STREAMING, parallel ? "parallel" : "on");
        }
        if (config.twoPhase() != TwoPhase.OFF) {
            require(version, 15, "two-phase decoding");
            options.put("two_phase", "on");
        }
        if (config.origin() != OriginFilter.ANY) {
            require(version, 16, "origin " + config.origin());
            options.put("origin", config.origin().name().toLowerCase(Locale.ROOT));
        }
        options.put("proto_version", String.valueOf(protocol(config, version)));
        return options;
    }

    private static int protocol(WalExConfig config, ServerVersion version) {
        int newest = version.isAtLeast(16) ? 4 : version.isAtLeast(15) ? 3 : version.isAtLeast(14) ? 2 : 1;
        int asked = config.protocolVersion();
        if (asked > newest) {
            throw new UnsupportedServerException(
                    "PostgreSQL %s speaks protocol version %d, not %d; leave protocolVersion unset"
                            .formatted(version, newest, asked),
                    null);
        }
        int chosen = asked == 0 ? newest : asked;
        int needed = neededBy(config);
        if (chosen < needed) {
            throw new InvalidConfigException(
                    "protocolVersion %d is too low for streaming %s and two-phase %s, which take %d"
                            .formatted(chosen, config.streaming(), config.twoPhase(), needed),
                    null);
        }
        return chosen;
    }

    private static int neededBy(WalExConfig config) {
        if (config.streaming() == Streaming.PARALLEL) {
            return 4;
        }
        if (config.twoPhase() != TwoPhase.OFF) {
            return 3;
        }
        return config.streaming() == Streaming.ON ? 2 : 1;
    }

    private static void require(ServerVersion version, int minimum, String feature) {
        if (!version.isAtLeast(minimum)) {
            throw new UnsupportedServerException(
                    "PostgreSQL %s does not know %s, which takes %d or newer; switch it off or upgrade"
                            .formatted(version, feature, minimum),
                    null);
        }
    }
}
