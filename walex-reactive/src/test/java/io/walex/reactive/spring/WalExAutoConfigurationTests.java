package io.walex.reactive.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.r2dbc.spi.ConnectionFactoryOptions;
import io.walex.reactive.WalEx;
import io.walex.reactive.codec.TypeRegistry;
import io.walex.reactive.config.PublicationSetup;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.SslMode;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.config.WhenInUse;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.handler.Handlers;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcAutoConfiguration;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcConnectionDetails;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Which beans there are, and what they are made of. */
class WalExAutoConfigurationTests {

    private static final String URL = "walex.url=postgresql://app:secret@db.example:5433/shop";

    private final ApplicationContextRunner application =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(WalExAutoConfiguration.class));

    private final ApplicationContextRunner configured = application.withPropertyValues(URL, "walex.publication=events");

    @Test
    void withoutAPropertyThereIsNothing() {
        application.run(context -> assertThat(context)
                .doesNotHaveBean(WalEx.class)
                .doesNotHaveBean(Handlers.class)
                .doesNotHaveBean(WalExLifecycle.class)
                .doesNotHaveBean(WalExProperties.class));
        configured
                .withPropertyValues("walex.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(WalEx.class));
    }

    @Test
    void anInstanceIsMadeOfTheProperties() {
        configured
                .withPropertyValues(
                        "spring.application.name=shop-mirror",
                        "walex.ssl-mode=verify-full",
                        "walex.publication=events,more",
                        "walex.subscribe=user,sales.*",
                        "walex.slot.name=shop",
                        "walex.slot.when-in-use=wait",
                        "walex.slot.must-exist=true",
                        "walex.slot.failover=true",
                        "walex.snapshot.tables=user",
                        "walex.snapshot.directory=/var/lib/shop",
                        "walex.snapshot.connections=4",
                        "walex.snapshot.rows-per-second=1000",
                        "walex.messages=true",
                        "walex.status-interval=500ms",
                        "walex.spill-memory=16MB")
                .run(context -> {
                    WalExConfig config = context.getBean(WalEx.class).config();

                    assertThat(config.host()).isEqualTo("db.example");
                    assertThat(config.port()).isEqualTo(5433);
                    assertThat(config.username()).isEqualTo("app");
                    assertThat(config.hasPassword()).isTrue();
                    assertThat(config.name()).isEqualTo("shop-mirror");
                    assertThat(config.sslMode()).isEqualTo(SslMode.VERIFY_FULL);
                    assertThat(config.publications()).containsExactly("events", "more");
                    assertThat(config.subscriptions()).containsExactly("user", "sales.*");
                    assertThat(config.slot())
                            .isEqualTo(SlotSpec.durable("shop")
                                    .whenInUse(WhenInUse.WAIT)
                                    .mustExist()
                                    .forFailover());
                    assertThat(config.snapshot()).satisfies(snapshot -> {
                        assertThat(snapshot.tables()).containsExactly("user");
                        assertThat(snapshot.store().isDurable()).isTrue();
                        assertThat(snapshot.options().connections()).isEqualTo(4);
                        assertThat(snapshot.options().rowsPerSecond()).isEqualTo(1000);
                    });
                    assertThat(config.messages()).isTrue();
                    assertThat(config.statusInterval()).isEqualTo(Duration.ofMillis(500));
                    assertThat(config.spillMemory()).isEqualTo(16 << 20);
                });
    }

    @Test
    void noBeanShowsThePassword() {
        configured.run(context -> assertThat(
                        context.getBean(WalExProperties.class).toString() + context.getBean(WalExConfig.class))
                .doesNotContain("secret"));
    }

    @Test
    void singlePropertiesWinOverTheUrl() {
        configured
                .withPropertyValues("walex.database=other", "walex.port=6000", "walex.publication-setup=create")
                .run(context -> {
                    WalExConfig config = context.getBean(WalExConfig.class);

                    assertThat(config.database()).isEqualTo("other");
                    assertThat(config.port()).isEqualTo(6000);
                    assertThat(config.publicationSetup()).isEqualTo(PublicationSetup.CREATE);
                });
    }

    @Test
    void customizersComeLast() {
        TypeRegistry types = TypeRegistry.builtIn().mutate().build();
        configured
                .withBean(WalExConfigCustomizer.class, () -> config -> config.types(types))
                .run(context ->
                        assertThat(context.getBean(WalExConfig.class).types()).isSameAs(types));
    }

    @Test
    void beansGiveWay() {
        WalExConfig config = WalExConfig.builder().publication("mine").build();
        WalEx walex = WalEx.create(config);
        Handlers handlers = Handlers.builder().build();
        configured
                .withBean(WalExConfig.class, () -> config)
                .run(context ->
                        assertThat(context.getBean(WalEx.class).config()).isSameAs(config));
        configured
                .withBean(WalEx.class, () -> walex)
                .withBean(Handlers.class, () -> handlers)
                .run(context -> assertThat(context)
                        .getBean(WalEx.class)
                        .isSameAs(walex)
                        .satisfies(one -> assertThat(context).doesNotHaveBean(WalExConfig.class))
                        .satisfies(one ->
                                assertThat(context.getBean(Handlers.class)).isSameAs(handlers)));
        configured
                .withBean(
                        WalExConnectionDetails.class,
                        () -> () -> WalExConfig.builder().host("elsewhere"))
                .run(context ->
                        assertThat(context.getBean(WalExConfig.class).host()).isEqualTo("elsewhere"));
    }

    @Test
    void theAddressIsThatOfR2dbc() {
        application
                .withConfiguration(AutoConfigurations.of(R2dbcAutoConfiguration.class))
                .withBean(JdbcConnectionDetails.class, () -> new Jdbc("jdbc:postgresql://jdbc.example/shop"))
                .withPropertyValues(
                        "walex.publication=events",
                        "spring.r2dbc.url=r2dbc:postgresql://r2dbc.example:5434/shop?sslMode=verify-full",
                        "spring.r2dbc.username=reader",
                        "spring.r2dbc.password=secret")
                .run(context -> {
                    WalExConfig config = context.getBean(WalExConfig.class);

                    assertThat(config.host()).isEqualTo("r2dbc.example");
                    assertThat(config.port()).isEqualTo(5434);
                    assertThat(config.username()).isEqualTo("reader");
                    assertThat(config.hasPassword()).isTrue();
                    assertThat(config.database()).isEqualTo("shop");
                    assertThat(config.sslMode()).isEqualTo(SslMode.VERIFY_FULL);
                });
    }

    @Test
    void theAddressIsThatOfJdbcWhereThereIsNoOther() {
        application
                .withBean(
                        JdbcConnectionDetails.class,
                        () -> new Jdbc("jdbc:postgresql://jdbc.example:5435/shop?currentSchema=app&ssl=true"))
                .withPropertyValues("walex.publication=events")
                .run(context -> {
                    WalExConfig config = context.getBean(WalExConfig.class);

                    assertThat(config.host()).isEqualTo("jdbc.example");
                    assertThat(config.port()).isEqualTo(5435);
                    assertThat(config.username()).isEqualTo("writer");
                    assertThat(config.hasPassword()).isTrue();
                    assertThat(config.database()).isEqualTo("shop");
                    assertThat(config.sslMode()).isEqualTo(SslMode.VERIFY_FULL);
                });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            //db.example/shop                                       | postgresql://db.example/shop
            //db.example:5433/shop?loggerLevel=OFF                  | postgresql://db.example:5433/shop
            //[::1]:5433/shop?sslmode=require&ApplicationName=x     | postgresql://[::1]:5433/shop?sslmode=require
            //db.example/shop?ssl=true                              | postgresql://db.example/shop?sslmode=verify-full
            //db.example/shop?ssl=true&sslmode=require              | postgresql://db.example/shop?sslmode=require
            shop                                                    | postgresql:///shop
            /                                                       | postgresql:///
            """)
    void aJdbcUrlIsReadAsItsDriverReadsIt(String jdbc, String libpq) {
        assertThat(JdbcAddress.libpqUrl(jdbc)).isEqualTo(libpq);
    }

    @ParameterizedTest
    @CsvSource({
        "r2dbc:postgresql://db.example/shop, true",
        "r2dbc:pool:postgresql://db.example/shop, true",
        "r2dbc:proxy:pool:postgres://db.example/shop, true",
        "r2dbc:mysql://db.example/shop, false",
        "r2dbc:pool:mysql://db.example/shop, false"
    })
    void anR2dbcUrlMayNameAPoolBeforeTheDriver(String url, boolean taken) {
        assertThat(new R2dbcAddress(() -> ConnectionFactoryOptions.parse(url)).config())
                .matches(config -> config.isPresent() == taken);
    }

    private record Jdbc(String url) implements JdbcConnectionDetails {

        @Override
        public String getUsername() {
            return "writer";
        }

        @Override
        public String getPassword() {
            return "secret";
        }

        @Override
        public String getJdbcUrl() {
            return url;
        }
    }

    @Test
    void anAddressOfAnotherDatabaseIsNotTaken() {
        application
                .withBean(JdbcConnectionDetails.class, () -> new Jdbc("jdbc:h2:mem:test"))
                .withPropertyValues("walex.publication=events")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(InvalidConfigException.class)
                        .hasMessageStartingWith("Nothing says where the database is; set walex.url="));
    }

    @Test
    void r2dbcAndJdbcMayBeMissing() {
        configured
                .withClassLoader(new FilteredClassLoader(R2dbcConnectionDetails.class, JdbcConnectionDetails.class))
                .run(context -> assertThat(context).hasSingleBean(WalEx.class));
    }

    @Test
    void aWrongValueNamesItsKey() {
        application
                .withPropertyValues("walex.url=postgresql://db.example/shop")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageStartingWith("walex.publication is required"));
        configured
                .withPropertyValues("walex.port=99999")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasStackTraceContaining("walex.port: port must be between 1 and 65535, was 99999"));
        configured
                .withPropertyValues("walex.slot.name=Shop")
                .run(context -> assertThat(context).getFailure().hasStackTraceContaining("walex.slot.name: \"Shop\""));
        configured
                .withPropertyValues("walex.slot.must-exist=true")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("name it with walex.slot.name"));
        configured
                .withPropertyValues("walex.snapshot.connections=2")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("name them with walex.snapshot.tables"));
        application
                .withPropertyValues("walex.url=mysql://db.example/shop", "walex.publication=events")
                .run(context -> assertThat(context).getFailure().hasStackTraceContaining("walex.url: "));
    }
}
