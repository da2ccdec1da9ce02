package io.walex.reactive.failure;

import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.ConnectionLostException;

/**
 * What was done when something failed, as messages tell it.
 *
 * @param slot the configuration's slot
 * @param streaming whether the stream ran; else it was being started, or something set up or looked at
 */
public record Attempted(WalExConfig config, String slot, boolean streaming) {

    String server() {
        return config.host() + ":" + config.port();
    }

    String publications() {
        return '"' + String.join("\", \"", config.publications()) + '"';
    }

    ConnectionLostException lost(String reason, Throwable error) {
        return new ConnectionLostException(
                "Connection to %s lost%s: %s"
                        .formatted(server(), streaming ? " while streaming from " + slot : "", reason),
                error);
    }
}
