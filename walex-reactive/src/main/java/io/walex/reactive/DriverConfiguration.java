package io.walex.reactive;

import io.r2dbc.postgresql.PostgresqlConnectionConfiguration;
import io.r2dbc.postgresql.client.SSLMode;
import io.walex.reactive.replication.Connector;
import java.util.Map;
import reactor.core.publisher.Mono;
import reactor.netty.resources.LoopResources;

/** Translates the configuration into the driver's, anew for every connection. */
final class DriverConfiguration {

    /**
     * What the text form of values depends on, so that no server, database or role setting changes what is decoded.
     *
     * @see <a href="https://www.postgresql.org/docs/current/runtime-config-client.html">Client connection defaults</a>
     */
    private static final Map<String, String> PINNED = Map.of(
            "DateStyle", "ISO, YMD",
            "IntervalStyle", "postgres",
            "TimeZone", "UTC",
            "extra_float_digits", "3",
            "client_encoding", "UTF8",
            "bytea_output", "hex");

    private DriverConfiguration() {}

    /** Makes ordinary connections, and by START_REPLICATION streaming ones. */
    static Connector connector(WalExConfig config, LoopResources loop) {
        return connector(config, loop, PINNED);
    }

    /** Makes connections that take the replication protocol's commands as queries. */
    static Connector replicationCommands(WalExConfig config, LoopResources loop) {
        return connector(config, loop, Map.of("replication", "database"));
    }

    private static Connector connector(WalExConfig config, LoopResources loop, Map<String, String> options) {
        return new Connector(
                captured -> of(config, captured, options), loop, config.connectTimeout(), config.livenessTimeout());
    }

    private static PostgresqlConnectionConfiguration of(
            WalExConfig config, LoopResources loop, Map<String, String> options) {
        var builder = PostgresqlConnectionConfiguration.builder()
                .host(config.host())
                .port(config.port())
                .username(config.username())
                .database(config.database())
                .applicationName(config.name())
                .connectTimeout(config.connectTimeout())
                .options(options)
                .loopResources(loop)
                .tcpKeepAlive(true)
                .tcpNoDelay(true);
        var password = config.password();
        if (password != null) {
            builder.password(Mono.fromSupplier(password));
        }
        builder.sslMode(SSLMode.valueOf(config.sslMode().name()));
        if (config.sslRootCert() != null) {
            builder.sslRootCert(config.sslRootCert().toString());
        }
        if (config.sslCert() != null && config.sslKey() != null) {
            builder.sslCert(config.sslCert().toString()).sslKey(config.sslKey().toString());
        }
        return builder.build();
    }
}
