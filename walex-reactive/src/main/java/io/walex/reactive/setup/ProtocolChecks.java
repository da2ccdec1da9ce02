package io.walex.reactive.setup;

import io.walex.reactive.config.OriginFilter;
import io.walex.reactive.config.Streaming;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.error.UnsupportedServerException;
import io.walex.reactive.event.TwoPhase;
import io.walex.reactive.server.ServerVersion;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether the server's version knows what is asked of it.
 *
 * @see <a href="https://www.postgresql.org/docs/current/protocol-logical-replication.html#PROTOCOL-LOGICAL-REPLICATION-PARAMS">Logical
 *     streaming replication parameters</a>
 */
public final class ProtocolChecks {

    private final WalExConfig config;
    private final ServerVersion version;
    private final List<Obstacle> obstacles = new ArrayList<>();

    private ProtocolChecks(WalExConfig config, ServerVersion version) {
        this.config = config;
        this.version = version;
    }

    public static List<Obstacle> obstacles(WalExConfig config, ServerVersion version) {
        ProtocolChecks checks = new ProtocolChecks(config, version);
        checks.features();
        checks.protocolVersion();
        return checks.obstacles;
    }

    /** The protocol version to ask for: the newest that the server speaks, unless one is set. */
    public static int protocolVersion(WalExConfig config, ServerVersion version) {
        return config.protocolVersion() == 0 ? newest(version) : config.protocolVersion();
    }

    private static int newest(ServerVersion version) {
        if (version.isAtLeast(16)) {
            return 4;
        }
        if (version.isAtLeast(15)) {
            return 3;
        }
        return version.isAtLeast(14) ? 2 : 1;
    }

    private void features() {
        if (config.binary()) {
            require(14, "binary transfer");
        }
        if (config.messages()) {
            require(14, "logical messages");
        }
        if (config.streaming() != Streaming.OFF) {
            require(config.streaming() == Streaming.PARALLEL ? 16 : 14, "streaming " + config.streaming());
        }
        if (config.twoPhase() != TwoPhase.OFF) {
            require(15, "two-phase decoding");
        }
        if (config.origin() != OriginFilter.ANY) {
            require(16, "origin " + config.origin());
        }
    }

    private void require(int major, String feature) {
        if (!version.isAtLeast(major)) {
            obstacles.add(new Obstacle(
                    "PostgreSQL " + version,
                    "does not know %s, which takes %d or newer".formatted(feature, major),
                    "switch it off or upgrade",
                    UnsupportedServerException::new));
        }
    }

    private void protocolVersion() {
        int asked = config.protocolVersion();
        if (asked > newest(version)) {
            obstacles.add(new Obstacle(
                    "PostgreSQL " + version,
                    "speaks protocol version %d, not %d".formatted(newest(version), asked),
                    "leave protocolVersion unset",
                    UnsupportedServerException::new));
        }
        if (asked != 0 && asked < needed()) {
            obstacles.add(new Obstacle(
                    "setting protocolVersion",
                    "is %d, which is too low for streaming %s and two-phase %s: they take %d"
                            .formatted(asked, config.streaming(), config.twoPhase(), needed()),
                    "leave it unset",
                    InvalidConfigException::new));
        }
    }

    private int needed() {
        if (config.streaming() == Streaming.PARALLEL) {
            return 4;
        }
        if (config.twoPhase() != TwoPhase.OFF) {
            return 3;
        }
        return config.streaming() == Streaming.ON ? 2 : 1;
    }
}
