package io.walex.reactive.setup;

import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.server.Publications.TableName;

/** How messages and findings name what they are about. */
public final class Subjects {

    private Subjects() {}

    public static String server(WalExConfig config) {
        return "server " + config.host() + ":" + config.port();
    }

    public static String role(WalExConfig config) {
        return "role \"" + config.username() + '"';
    }

    public static String slot(String name) {
        return "replication slot \"" + name + '"';
    }

    public static String publication(String name) {
        return "publication \"" + name + '"';
    }

    public static String table(TableName table) {
        return "table " + table;
    }
}
