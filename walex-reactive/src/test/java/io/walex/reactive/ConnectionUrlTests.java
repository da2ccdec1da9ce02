package io.walex.reactive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionUrlTests {

    private static WalExConfig parse(String url) {
        return WalExConfig.fromUrl(url).publication("events").build();
    }

    @Test
    void readsAllParts() {
        WalExConfig config = parse("postgres://shop:s%40cr%2Fet+1@db.example:6432/orders%20db"
                + "?sslmode=verify-full&sslrootcert=/ca.pem&sslcert=/c.pem&sslkey=/k.pem"
                + "&application_name=My%20App&connect_timeout=3");

        assertThat(config.username()).isEqualTo("shop");
        assertThat(config.password().get().toString()).isEqualTo("s@cr/et+1");
        assertThat(config.host()).isEqualTo("db.example");
        assertThat(config.port()).isEqualTo(6432);
        assertThat(config.database()).isEqualTo("orders db");
        assertThat(config.sslMode()).isEqualTo(SslMode.VERIFY_FULL);
        assertThat(config.sslRootCert()).isEqualTo(Path.of("/ca.pem"));
        assertThat(config.sslCert()).isEqualTo(Path.of("/c.pem"));
        assertThat(config.sslKey()).isEqualTo(Path.of("/k.pem"));
        assertThat(config.name()).isEqualTo("My App");
        assertThat(config.connectTimeout()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void leavesDefaultsForMissingParts() {
        WalExConfig config = parse("postgresql://localhost");

        assertThat(config.port()).isEqualTo(5432);
        assertThat(config.username()).isEqualTo("postgres");
        assertThat(config.password()).isNull();
    }

    @Test
    void takesUserAndPasswordAsParameters() {
        WalExConfig config = parse("postgresql://localhost/db?user=shop&password=a%26b");

        assertThat(config.username()).isEqualTo("shop");
        assertThat(config.password().get().toString()).isEqualTo("a&b");
    }

    @Test
    void takesIpv6Addresses() {
        assertThat(parse("postgresql://[::1]:5433/db").host()).isEqualTo("::1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "mysql://u:hunter2@localhost/db",
                "postgres:u:hunter2@localhost",
                "postgres://u:hunter2@/db",
                "postgres://u:hunter2@a,b/db",
                "postgres://u:hunter2@local host/db",
                "postgres://u:hunter2%@localhost/db",
                "postgres://u:hunter2@localhost:port/db",
                "postgres://u:hunter2@localhost:99999999999/db",
                "postgres://localhost/db?password=hunter2&sslmode",
                "postgres://localhost/db?password=x&hunter2",
                "postgres://localhost/db?password=hunter2&sslrootcert=%00",
                "postgres://localhost/db?password=hunter2&connect_timeout=soon",
            })
    void refusesMalformedUrlsWithoutRepeatingThem(String url) {
        assertThatThrownBy(() -> WalExConfig.fromUrl(url))
                .isInstanceOf(InvalidUrlException.class)
                .hasMessageContaining("expected postgresql://user:password@host:port/database")
                .hasMessageNotContaining("hunter2")
                .hasNoCause();
    }

    @Test
    void refusesAPortOutOfRange() {
        assertThatThrownBy(() -> WalExConfig.fromUrl("postgres://u:hunter2@localhost:65536/db"))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("65536")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void refusesUnknownOptions() {
        assertThatThrownBy(() -> WalExConfig.fromUrl("postgres://localhost/db?ssl_mode=require&password=hunter2"))
                .isInstanceOf(UnknownOptionException.class)
                .hasMessageContainingAll("\"ssl_mode\"", "known are sslmode")
                .hasMessageNotContaining("hunter2");
    }
}
