package io.walex.reactive.stream;

import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.server.ServerVersion;
import io.walex.reactive.setup.ProtocolChecks;

/** Which options a server knows, by the rule that the library has itself; for tests of other packages. */
public final class ServerOptions {

    private ServerOptions() {}

    public static boolean knows(int major, WalExConfig config) {
        return ProtocolChecks.obstacles(config, new ServerVersion(major)).isEmpty();
    }
}
