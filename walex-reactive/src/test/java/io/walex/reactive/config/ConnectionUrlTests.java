package io.walex.reactive.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walex.reactive.error.InvalidConfigException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
        assertThat(config.connection().password().get().toString()).isEqualTo("s@cr/et+1");
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
        assertThat(config.connection().password()).isNull();
    }

    @Test
    void takesUserAndPasswordAsParameters() {
        WalExConfig config = parse("postgresql://localhost/db?user=shop&password=a%26b");

        assertThat(config.username()).isEqualTo("shop");
        assertThat(config.connection().password().get().toString()).isEqualTo("a&b");
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
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("expected postgresql://user:password@host:port/database")
                .hasMessageNotContaining("hunter2")
                .hasNoCause();
    }

    /** The forms that libpq's own test of URLs (001_uri.pl) accepts and that are accepted here, in its order. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            postgresql://uri-user:secret@host:12345/db               | uri-user:secret@host:12345/db
            postgresql://uri-user@host:12345/db                      | uri-user@host:12345/db
            postgresql://uri-user@host/db                            | uri-user@host:5432/db
            postgresql://host:12345/db                               | postgres@host:12345/db
            postgresql://host/db                                     | postgres@host:5432/db
            postgresql://uri-user@host:12345/                        | uri-user@host:12345/uri-user
            postgresql://uri-user@host/                              | uri-user@host:5432/uri-user
            postgresql://host:12345/                                 | postgres@host:12345/postgres
            postgresql://host:12345                                  | postgres@host:12345/postgres
            postgresql://host/                                       | postgres@host:5432/postgres
            postgresql://host                                        | postgres@host:5432/postgres
            postgresql://?hostaddr=127.0.0.1                         | postgres@127.0.0.1:5432/postgres
            postgresql://%68ost/                                     | postgres@host:5432/postgres
            postgresql://host/db?user=uri-user                       | uri-user@host:5432/db
            postgresql://host/db?user=uri-user&port=12345            | uri-user@host:12345/db
            postgresql://host/db?u%73er=someotheruser&port=12345     | someotheruser@host:12345/db
            postgresql://host:12345?user=uri-user                    | uri-user@host:12345/uri-user
            postgresql://host?user=uri-user                          | uri-user@host:5432/uri-user
            'postgresql://host?  user = uri-user & port  = 12345 '   | uri-user@host:12345/uri-user
            postgresql://host?                                       | postgres@host:5432/postgres
            postgresql://[::1]:12345/db                              | postgres@::1:12345/db
            postgresql://[::1]/db                                    | postgres@::1:5432/db
            postgresql://[2001:db8::1234]/                           | postgres@2001:db8::1234:5432/postgres
            postgresql://[200z:db8::1234]/                           | postgres@200z:db8::1234:5432/postgres
            postgresql://[::1]                                       | postgres@::1:5432/postgres
            postgres://@host                                         | postgres@host:5432/postgres
            postgres://host:/                                        | postgres@host:5432/postgres
            postgresql://host?sslmode=disable                        | postgres@host:5432/postgres disable
            postgresql://host?sslmode=prefer                         | postgres@host:5432/postgres
            postgresql://host?sslmode=verify-full                    | postgres@host:5432/postgres verify-full
            """)
    void readsWhatTheTestsOfLibpqAccept(String url, String expected) {
        assertThat(told(url)).isEqualTo(expected);
    }

    /** What libpq reads so as well, though its test has no such form. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            postgresql://my_db:5433/x                                | postgres@my_db:5433/x
            postgresql://u@my_db/x                                   | u@my_db:5432/x
            postgresql://-db-.example/x                              | postgres@-db-.example:5432/x
            postgresql://düsseldorf/x                                | postgres@düsseldorf:5432/x
            postgresql://u:a:b@host/db                               | u:a:b@host:5432/db
            postgresql://u:p[w]&x=y@host/db                          | u:p[w]&x=y@host:5432/db
            postgresql://u:%40%23%2F%3F%25%26+@host/db               | u:@#/?%&+@host:5432/db
            postgresql://u:@host/db                                  | u@host:5432/db
            postgresql://:secret@host/db                             | postgres:secret@host:5432/db
            postgresql://host/db?password=a#b&user=u                 | u:a#b@host:5432/db
            postgresql://host/db?user=u&password=a@b/c?d             | u:a@b/c?d@host:5432/db
            postgresql://u@host?password=a@b                         | u:a@b@host:5432/u
            postgresql://host/a+b%20c                                | postgres@host:5432/a+b c
            postgresql://host/a/b#c                                  | postgres@host:5432/a/b#c
            postgresql://[fe80::1%25eth0]:5433/db                    | postgres@fe80::1%eth0:5433/db
            postgresql://[::1]:/db                                   | postgres@::1:5432/db
            postgresql://[::1]?user=u                                | u@::1:5432/u
            postgresql://host/db?                                    | postgres@host:5432/db
            postgresql://host/db?user=u&                             | u@host:5432/db
            postgresql://host/db?port=                               | postgres@host:5432/db
            postgresql://a/b?host=c&dbname=d&host=e                  | postgres@e:5432/d
            postgresql:///b?host=::1                                 | postgres@::1:5432/b
            postgresql://host?ssl=true                               | postgres@host:5432/postgres require
            """)
    void readsWhatLibpqReads(String url, String expected) {
        assertThat(told(url)).isEqualTo(expected);
    }

    /** A URL that comes from a file or a secret often ends with one. */
    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", " ", "\t", "?\n"})
    void takesNoHeedOfWhatSurroundsTheUrl(String end) {
        assertThat(told("\n postgresql://u:secret@host/db" + end)).isEqualTo("u:secret@host:5432/db");
        assertThat(told("postgresql://host" + end)).isEqualTo("postgres@host:5432/postgres");
    }

    /** The forms that libpq's test refuses, and those that it accepts for Unix-domain sockets and beside an address. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            postgresql://uri-user@                                   | it names no host; a Unix-domain socket, as libpq takes it for, is not supported (name a host)
            postgresql://                                            | it names no host; a Unix-domain socket
            postgresql://example.com?hostaddr=63.1.2.4               | it has both a host and hostaddr, which is not supported (name one of them)
            'postgresql://host?  user user  =  uri  & port = 12345 12 ' | the name of a parameter holds a space (percent-encode it as %20)
            'postgresql://host?  user  =  uri-user  & port = 12345 12 ' | the value of a parameter holds a space (percent-encode it as %20)
            postgres://                                              | it names no host
            postgres:///                                             | it names no host
            postgres:///db                                           | it names no host
            postgres://uri-user@/db                                  | it names no host
            postgres://?host=/path/to/socket/dir                     | the host is a directory; a Unix-domain socket
            postgre://                                               | its scheme must be postgresql:// or postgres://
            postgres://[::1                                          | the IPv6 address has no closing bracket
            postgres://[]                                            | the IPv6 address is empty
            postgres://[::1]z                                        | the IPv6 address is followed by something else than :port or /database
            postgresql://host?zzz                                    | a parameter has no value (percent-encode & in values as %26)
            postgresql://host?value1&value2                          | a parameter has no value
            postgresql://host?key=key=value                          | the value of a parameter holds a = (percent-encode it as %3D)
            postgres://host?dbname=%XXfoo                            | the value of a parameter holds a percent sign that is not followed by two hexadecimal digits (percent-encode it as %25)
            postgresql://a%00b                                       | the host holds %00
            postgresql://%zz                                         | the host holds a percent sign
            postgresql://%1                                          | the host holds a percent sign
            postgresql://%                                           | the host holds a percent sign
            postgres://:12345/                                       | it names no host
            postgres://otheruser@?host=/no/such/directory            | the host is a directory
            postgres://otheruser@/?host=/no/such/directory           | the host is a directory
            postgres://otheruser@:12345?host=/no/such/socket/path    | the host is a directory
            postgres://otheruser@:12345/db?host=/path/to/socket      | the host is a directory
            postgres://:12345/db?host=/path/to/socket                | the host is a directory
            postgres://:12345?host=/path/to/socket                   | the host is a directory
            postgres://%2Fvar%2Flib%2Fpostgresql/dbname              | the host is a directory
            """)
    void refusesWhatTheTestsOfLibpqRefuseAndSockets(String url, String problem) {
        assertThatThrownBy(() -> WalExConfig.fromUrl(url))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageStartingWith("Malformed connection URL: " + problem)
                .hasMessageEndingWith("; expected postgresql://user:password@host:port/database");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            postgresql://u:hunter2@hunter2@host/db                   | the password holds an @ (percent-encode it as %40)
            postgresql://me@home:hunter2@host/db                     | the user name holds an @ (percent-encode it as %40)
            postgresql://u:hunter2#hunter2@host/db                   | the password holds a # (percent-encode it as %23)
            postgresql://u#x:hunter2@host/db                         | the user name holds a # (percent-encode it as %23)
            postgresql://u:hunter2/hunter2@host/db                   | the password holds a / (percent-encode it as %2F, or the @ in the name of a database as %40)
            postgresql://u:5432/hunter2@host/db                      | the password holds a / (percent-encode it as %2F
            postgresql://u:hunter2@hunter2/hunter2@host/db           | the password holds a / (percent-encode it as %2F
            postgresql://u/x:hunter2@host/db                         | the user name holds a / (percent-encode it as %2F
            postgresql://u:hunter2?hunter2@host/db                   | the password holds a ? (percent-encode it as %3F, or the @ in a parameter as %40)
            postgresql://u:hunter2?x/hunter2@host/db                 | the port is not a number from 1 to 65535 (percent-encode /, ? and # in a password)
            postgresql://u:5432?x/hunter2@host/db                    | a parameter has no value
            postgresql://u:hunter2                                   | the port is not a number from 1 to 65535
            postgresql://u:123456                                    | the port is not a number from 1 to 65535
            postgresql://u:hunter2%@host/db                          | the password holds a percent sign that is not followed by two hexadecimal digits (percent-encode it as %25)
            postgresql://u:hunter2%ff@host/db                        | the password is not UTF-8 once it is percent-decoded
            postgresql://u:hunter2 x@host/db                         | the password holds a space (percent-encode it as %20)
            postgresql://u:hunter2@a:1,b:2/db                        | it names more than one host (name one: the primary, or an address that leads to it)
            postgresql://u:hunter2@/db?host=a,b                      | it names more than one host
            postgresql://u:hunter2@host/db?port=1,2                  | it names more than one host
            postgresql://u:hunter2@::1/db                            | the host has more than one colon (an IPv6 address stands in brackets, as in [::1]:5432)
            postgresql://u:hunter2@[fe80::1%eth0]/db                 | the IPv6 address holds a percent sign that is not followed by two hexadecimal digits (percent-encode it as %25)
            postgresql://u:hunter2@host#x/db                         | the host holds a character that no host's name has
            postgresql://u:hunter2@host/db?ssl=false                 | ssl may only be true (sslmode has the other choices)
            postgresql://host?password=hunter2&&user=u               | a parameter has no value
            POSTGRESQL://u:hunter2@host/db                           | its scheme must be postgresql:// or postgres://
            jdbc:postgresql://u:hunter2@host/db                      | its scheme must be postgresql:// or postgres://
            """)
    void saysWhichPartIsWrongWithoutRepeatingIt(String url, String problem) {
        assertThatThrownBy(() -> WalExConfig.fromUrl(url))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageStartingWith("Malformed connection URL: " + problem)
                .hasMessageNotContaining("hunter2")
                .hasNoCause();
    }

    @Test
    void refusesALineBreakWithin() {
        assertThatThrownBy(() -> WalExConfig.fromUrl("postgresql://u:hunter2\n@host/db"))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining(
                        "the password holds a line break or another control character (remove it, or percent-encode it)")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void doesNotTakeTheRestOfAPasswordForANameToRepeat() {
        assertThatThrownBy(() -> WalExConfig.fromUrl("postgresql://host/db?password=x&hunter2=y"))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("behind the password (percent-encode & in it as %26)")
                .hasMessageNotContaining("hunter2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"postgresql://host/db?u%7aer=someotheruser&port=12345", "postgresql://host?uzer="})
    void refusesTheUnknownParametersOfTheTestsOfLibpq(String url) {
        assertThatThrownBy(() -> WalExConfig.fromUrl(url))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("\"uzer\"");
    }

    private static String told(String url) {
        WalExConfig config = parse(url);
        String password = config.connection().password() == null
                ? ""
                : ":" + config.connection().password().get();
        String ssl = config.sslMode() == SslMode.PREFER ? "" : " " + config.sslMode();
        return config.username() + password + "@" + config.host() + ":" + config.port() + "/" + config.database() + ssl;
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
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContainingAll("\"ssl_mode\"", "known are sslmode")
                .hasMessageNotContaining("hunter2");
    }
}
