package io.walex.reactive.spring;

import io.r2dbc.spi.ConnectionFactoryOptions;
import io.r2dbc.spi.Option;
import io.walex.reactive.config.SslMode;
import io.walex.reactive.config.WalExConfig;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcConnectionDetails;

/** The address of the application's R2DBC connections. */
record R2dbcAddress(R2dbcConnectionDetails details) implements Address {

    private static final Set<String> DRIVERS = Set.of("postgresql", "postgres");

    @Override
    public Optional<WalExConfig.Builder> config() {
        ConnectionFactoryOptions options = details.getConnectionFactoryOptions();
        if (!isPostgres(options)) {
            return Optional.empty();
        }
        WalExConfig.Builder config = WalExConfig.builder();
        set(options, ConnectionFactoryOptions.HOST, value -> config.host(value.toString()));
        set(options, ConnectionFactoryOptions.PORT, value -> config.port(Integer.parseInt(value.toString())));
        set(options, ConnectionFactoryOptions.USER, value -> config.username(value.toString()));
        set(options, ConnectionFactoryOptions.PASSWORD, value -> config.password(value.toString()));
        set(options, ConnectionFactoryOptions.DATABASE, value -> config.database(value.toString()));
        set(options, ConnectionFactoryOptions.SSL, value -> {
            if (Boolean.parseBoolean(value.toString())) {
                config.sslMode(SslMode.VERIFY_FULL);
            }
        });
        set(options, Option.valueOf("sslMode"), value -> config.sslMode(sslMode(value)));
        set(options, Option.valueOf("sslRootCert"), value -> config.sslRootCert(Path.of(value.toString())));
        set(options, Option.valueOf("sslCert"), value -> config.sslCert(Path.of(value.toString())));
        set(options, Option.valueOf("sslKey"), value -> config.sslKey(Path.of(value.toString())));
        return Optional.of(config);
    }

    /** A pool and a proxy name the driver behind them as the start of the protocol. */
    private static boolean isPostgres(ConnectionFactoryOptions options) {
        String driver = String.valueOf(options.getValue(ConnectionFactoryOptions.DRIVER));
        String protocol = String.valueOf(options.getValue(ConnectionFactoryOptions.PROTOCOL));
        return DRIVERS.contains(driver)
                || Set.of("pool", "proxy").contains(driver)
                        && Set.of(protocol.split(":")).stream().anyMatch(DRIVERS::contains);
    }

    private static SslMode sslMode(Object value) {
        return SslMode.parse(value.toString().toLowerCase(Locale.ROOT).replace('_', '-'));
    }

    private static void set(ConnectionFactoryOptions options, Option<?> option, Consumer<Object> setter) {
        Object value = options.getValue(option);
        if (value != null) {
            setter.accept(value);
        }
    }
}
