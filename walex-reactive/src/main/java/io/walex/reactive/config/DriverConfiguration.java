package io.walex.reactive.config;

import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.NetUtil;
import io.r2dbc.postgresql.PostgresqlConnectionConfiguration;
import io.r2dbc.postgresql.client.SSLMode;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.error.TlsException;
import io.walex.reactive.server.Connector;
import io.walex.reactive.server.SessionSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.resources.LoopResources;

/** Translates the configuration into the driver's, anew for every connection. */
public final class DriverConfiguration {

    /** The driver counts milliseconds in an int. */
    private static final Duration LONGEST = Duration.ofMillis(Integer.MAX_VALUE);

    private DriverConfiguration() {}

    /** Makes, with the configuration in force at the time, ordinary connections, and by START_REPLICATION streaming ones. */
    public static Connector connector(Supplier<WalExConfig> config, LoopResources loop) {
        return new Connector(
                captured -> of(config.get(), captured),
                loop,
                () -> config.get().connectTimeout(),
                () -> config.get().livenessTimeout());
    }

    private static PostgresqlConnectionConfiguration of(WalExConfig config, LoopResources loop) {
        ConnectionSettings connection = config.connection();
        var builder = PostgresqlConnectionConfiguration.builder()
                .host(connection.host())
                .port(connection.port())
                .username(connection.username())
                .database(config.database())
                .applicationName(config.name())
                .connectTimeout(shorter(config.connectTimeout(), LONGEST))
                .options(SessionSettings.PINNED)
                // The driver's look for types of extensions, which nothing here reads.
                .autodetectExtensions(false)
                .loopResources(loop)
                .tcpKeepAlive(true)
                .tcpNoDelay(true);
        var password = connection.password();
        if (password != null) {
            builder.password(Mono.fromSupplier(password));
        }
        builder.sslMode(SSLMode.valueOf(connection.sslMode().name()));
        if (connection.sslRootCert() != null) {
            builder.sslRootCert(readable(connection.sslRootCert()));
        }
        if (connection.sslCert() != null && connection.sslKey() != null) {
            builder.sslCert(readable(connection.sslCert())).sslKey(readable(connection.sslKey()));
        }
        if (connection.sslMode() != SslMode.DISABLE) {
            SslManagers managers = managers(config.name(), connection);
            builder.sslContextBuilderCustomizer(tls -> customize(tls, connection, managers));
        }
        return builder.build();
    }

    private static @Nullable SslManagers managers(String name, ConnectionSettings connection) {
        Supplier<SslManagers> supplier = connection.sslManagers();
        if (supplier == null) {
            return null;
        }
        try {
            return Objects.requireNonNull(supplier.get(), "it gave null");
        } catch (RuntimeException e) {
            throw new TlsException(
                    "The key and trust managers of \"%s\" could not be had from the supplier that was set with sslManagers(...): %s"
                            .formatted(name, e.getMessage()),
                    e);
        }
    }

    private static SslContextBuilder customize(
            SslContextBuilder tls, ConnectionSettings connection, @Nullable SslManagers managers) {
        SslMode mode = connection.sslMode();
        boolean verifies = mode == SslMode.VERIFY_CA || mode == SslMode.VERIFY_FULL;
        if (managers != null && managers.trust() != null && verifies) {
            tls.trustManager(managers.trust());
        }
        if (managers != null && managers.keys() != null) {
            tls.keyManager(managers.keys());
        }
        if (mode == SslMode.VERIFY_CA || NetUtil.createByteArrayFromIpAddressString(connection.host()) != null) {
            // Netty would compare the host, which verify-ca must not, and of an address it is not told. For verify-full
            // the driver compares it after the handshake.
            tls.endpointIdentificationAlgorithm(null);
        }
        return tls;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static String readable(Path file) {
        if (!Files.isReadable(file)) {
            throw new InvalidConfigException(
                    "File %s does not exist or cannot be read; check sslRootCert, sslCert and sslKey".formatted(file),
                    null);
        }
        return file.toString();
    }
}
