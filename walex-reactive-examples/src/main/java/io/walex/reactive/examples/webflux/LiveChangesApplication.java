package io.walex.reactive.examples.webflux;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.WalExConfig;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** Shows a database's changes live: {@code curl -N localhost:8080/changes}. */
@SpringBootApplication
public class LiveChangesApplication {

    public static void main(String[] args) {
        SpringApplication.run(LiveChangesApplication.class, args);
    }

    /** Closed with the application, which ends all streams. */
    @Bean(destroyMethod = "close")
    WalEx walex(@Value("${walex.url}") String url, @Value("${walex.publication}") String publication) {
        return WalEx.create(
                WalExConfig.fromUrl(url).name("live").publication(publication).build());
    }
}
