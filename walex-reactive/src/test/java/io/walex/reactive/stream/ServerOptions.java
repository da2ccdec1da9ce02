package io.walex.reactive.stream;

import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.error.UnsupportedServerException;
import io.walex.reactive.server.ServerVersion;

/** Which options a server knows, by the rule that the library has itself; for tests of other packages. */
public final class ServerOptions {

    private ServerOptions() {}

    public static boolean knows(int major, WalExConfig config) {
        try {
            PgOutputOptions.of(config, new ServerVersion(major));
            return true;
        } catch (UnsupportedServerException | InvalidConfigException e) {
            return false;
        }
    }
}
