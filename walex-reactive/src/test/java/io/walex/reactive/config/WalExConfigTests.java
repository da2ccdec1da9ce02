package io.walex.reactive.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walex.reactive.error.InvalidConfigException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WalExConfigTests {

    private static WalExConfig.Builder minimal() {
        return WalExConfig.builder().publication("events");
    }

    @Test
    void startsFromDocumentedDefaults() {
        WalExConfig config = minimal().build();

        assertThat(config.host()).isEqualTo("localhost");
        assertThat(config.port()).isEqualTo(5432);
        assertThat(config.username()).isEqualTo("postgres");
        assertThat(config.database()).isEqualTo("postgres");
        assertThat(config.sslMode()).isEqualTo(SslMode.PREFER);
        assertThat(config.slot()).isEqualTo(SlotSpec.temporary());
        assertThat(config.subscriptions()).containsExactly("*");
        assertThat(config.statusInterval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.maxUnacknowledged()).isEqualTo(10_000);
    }

    @Test
    void databaseIsTheUserUnlessNamed() {
        assertThat(minimal().username("shop").build().database()).isEqualTo("shop");
        assertThat(minimal().username("shop").database("orders").build().database())
                .isEqualTo("orders");
    }

    @Test
    void neverShowsThePassword() {
        WalExConfig config = minimal().password("hunter2").build();

        assertThat(config.toString()).doesNotContain("hunter2").contains("password=***");
        assertThat(minimal().build().toString()).contains("password=none");
    }

    @Test
    void mutateLeavesTheOriginalAsItWas() {
        WalExConfig original = minimal().name("one").build();
        WalExConfig.Builder builder = original.mutate();
        WalExConfig changed = builder.name("two").subscribe("todo").build();
        builder.name("three");

        assertThat(original.name()).isEqualTo("one");
        assertThat(original.subscriptions()).containsExactly("*");
        assertThat(changed.name()).isEqualTo("two");
    }

    @Test
    void tablesAreTheSameWithAndWithoutQuotes() {
        WalExConfig config = WalExConfig.builder()
                .publication("events")
                .subscribe("\"my.schema\".todo", "public.users")
                .addSubscriptions("\"public\".\"users\"", "\"my.schema\".\"todo\"", "note")
                .build();
        assertThat(config.subscriptions()).containsExactly("\"my.schema\".todo", "public.users", "note");

        assertThat(config.mutate()
                        .removeSubscriptions("public.\"users\"")
                        .build()
                        .subscriptions())
                .containsExactly("\"my.schema\".todo", "note");
    }

    @Test
    void refusesASubscriptionThatIsWronglyQuoted() {
        assertThatThrownBy(() -> WalExConfig.builder().subscribe("\"my.schema.todo"))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("Invalid subscription: \"my.schema.todo is not quoted as in SQL");
    }

    @Test
    void asksForThePasswordEachTime() {
        int[] calls = {0};
        WalExConfig config = minimal().password(() -> "p" + ++calls[0]).build();

        assertThat(config.connection().password().get().toString()).isEqualTo("p1");
        assertThat(config.connection().password().get().toString()).isEqualTo("p2");
    }

    @Test
    void refusesWhatCannotWork() {
        assertInvalid(() -> WalExConfig.builder().build(), "publication is required");
        assertInvalid(() -> minimal().port(0), "between 1 and 65535, was 0");
        assertInvalid(() -> minimal().port(65536), "65536");
        assertInvalid(() -> minimal().host(" "), "host must not be blank");
        assertInvalid(() -> minimal().publication(""), "publication must not be blank");
        assertInvalid(() -> minimal().subscribe(), "at least one table");
        assertInvalid(() -> minimal().subscribe("sales."), "sales.");
        assertInvalid(() -> minimal().statusInterval(Duration.ZERO), "statusInterval must be positive");
        assertInvalid(() -> minimal().maxUnacknowledged(0), "at least 1, was 0");
        assertInvalid(() -> minimal().sslCert(Path.of("c.pem")).build(), "sslCert and sslKey go together");
        assertInvalid(
                () -> minimal()
                        .sslManagers(() -> new SslManagers(null, null))
                        .sslRootCert(Path.of("c.pem"))
                        .build(),
                "sslManagers takes the place of sslRootCert");
        assertInvalid(
                () -> minimal().livenessTimeout(Duration.ofMillis(500)).build(),
                "livenessTimeout (PT0.5S) must be longer than statusInterval (PT1S)");
    }

    @Test
    void refusesPublicationNamesThatPostgresqlWouldCut() {
        assertThat(minimal().publication("e".repeat(63)).build().publications()).containsExactly("e".repeat(63));
        assertInvalid(
                () -> minimal().publication("e".repeat(64)),
                "has 64 bytes in UTF-8; PostgreSQL's names have at most 63");
        assertInvalid(() -> minimal().publication("ü".repeat(32)), "has 64 bytes");
    }

    private static void assertInvalid(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(InvalidConfigException.class).hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Upper",
                "with-dash",
                "with space",
                "ünï",
                "a\"b'; drop",
                "x123456789012345678901234567890123456789012345678901234567890123"
            })
    void refusesInvalidSlotNames(String name) {
        assertThatThrownBy(() -> SlotSpec.durable(name)).isInstanceOf(InvalidConfigException.class);
    }

    @Test
    void knowsAllSslModes() {
        assertThat(SslMode.parse("verify-full")).isEqualTo(SslMode.VERIFY_FULL);
        assertThatThrownBy(() -> SslMode.parse("verify_full"))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContainingAll("\"verify_full\"", "verify-ca");
    }
}
