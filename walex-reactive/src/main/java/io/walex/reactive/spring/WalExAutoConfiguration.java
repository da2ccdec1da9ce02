package io.walex.reactive.spring;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.handler.HandlerModule;
import io.walex.reactive.handler.Handlers;
import io.walex.reactive.spring.handler.AnnotatedHandlers;
import java.util.Optional;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * An instance made of the properties of {@code walex}, and its handlers. Without such a property there is nothing, and each
 * bean gives way to one of the application's own.
 */
@AutoConfiguration(
        afterName = {
            "org.springframework.boot.r2dbc.autoconfigure.R2dbcAutoConfiguration",
            "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration"
        })
@Conditional(OnConfiguredCondition.class)
@EnableConfigurationProperties(WalExProperties.class)
public final class WalExAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean({WalExConnectionDetails.class, WalExConfig.class, WalEx.class})
    WalExConnectionDetails walexConnectionDetails(WalExProperties properties, ObjectProvider<Address> addresses) {
        return () -> {
            if (properties.url() != null) {
                return fromUrl(properties.url());
            }
            if (properties.host() != null) {
                return WalExConfig.builder();
            }
            return addresses
                    .orderedStream()
                    .map(Address::config)
                    .flatMap(Optional::stream)
                    .findFirst()
                    .orElseThrow(() -> new InvalidConfigException(
                            "Nothing says where the database is; set walex.url=postgresql://user:password@host:5432/database, or spring.r2dbc.url or spring.datasource.url of a PostgreSQL",
                            null));
        };
    }

    private static WalExConfig.Builder fromUrl(String url) {
        try {
            return WalExConfig.fromUrl(url);
        } catch (InvalidConfigException e) {
            throw new InvalidConfigException("walex.url: " + e.getMessage(), e);
        }
    }

    @Bean
    @ConditionalOnMissingBean({WalExConfig.class, WalEx.class})
    WalExConfig walexConfig(
            WalExProperties properties,
            WalExConnectionDetails connection,
            ObjectProvider<WalExConfigCustomizer> customizers,
            Environment environment) {
        WalExConfig.Builder config = connection.config();
        new PropertiesConfig(properties, config).apply(environment.getProperty("spring.application.name"));
        customizers.orderedStream().forEach(customizer -> customizer.customize(config));
        return config.build();
    }

    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    WalEx walex(WalExConfig config) {
        return WalEx.create(config);
    }

    /** The application's modules first, then its annotated methods. */
    @Bean
    @ConditionalOnMissingBean
    Handlers walexHandlers(
            WalExProperties properties, ObjectProvider<HandlerModule> modules, ConfigurableListableBeanFactory beans) {
        Handlers.Builder handlers = Handlers.builder()
                .chunkSize(properties.handlers().chunkSize())
                .transactionsInFlight(properties.handlers().transactionsInFlight());
        modules.orderedStream().forEach(handlers::module);
        AnnotatedHandlers.of(beans).forEach(handlers::module);
        return handlers.build();
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnSingleCandidate(WalEx.class)
    WalExLifecycle walexLifecycle(WalEx walex, Handlers handlers, WalExProperties properties) {
        return new WalExLifecycle(walex, handlers, properties.handlers());
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(R2dbcConnectionDetails.class)
    static class R2dbc {

        @Bean
        @Order(1)
        @ConditionalOnBean(R2dbcConnectionDetails.class)
        Address walexR2dbcAddress(R2dbcConnectionDetails details) {
            return new R2dbcAddress(details);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(JdbcConnectionDetails.class)
    static class Jdbc {

        @Bean
        @Order(2)
        @ConditionalOnBean(JdbcConnectionDetails.class)
        Address walexJdbcAddress(JdbcConnectionDetails details) {
            return new JdbcAddress(details);
        }
    }
}
