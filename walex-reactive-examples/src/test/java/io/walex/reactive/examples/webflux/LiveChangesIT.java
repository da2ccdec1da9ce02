package io.walex.reactive.examples.webflux;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.WalEx;
import io.walex.reactive.testsupport.PostgresExtension;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

class LiveChangesIT {

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.shared();

    @Test
    void sendsChangesAsServerSentEvents() throws Exception {
        postgres.execute("CREATE TABLE todo (id int PRIMARY KEY)", "CREATE PUBLICATION events FOR ALL TABLES");
        try (ConfigurableApplicationContext application = SpringApplication.run(
                LiveChangesApplication.class,
                "--server.port=0",
                "--walex.url=" + postgres.url(),
                "--walex.publication=events")) {
            String port = application.getEnvironment().getProperty("local.server.port");
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/changes"))
                    .build();

            CompletableFuture<HttpResponse<Stream<String>>> answer =
                    HttpClient.newHttpClient().sendAsync(request, HttpResponse.BodyHandlers.ofLines());
            application.getBean(WalEx.class).awaitStreaming().block(Duration.ofSeconds(30));
            postgres.execute("INSERT INTO todo VALUES (42)");

            assertThat(answer.get().body().filter(line -> !line.isEmpty()).limit(3))
                    .anyMatch(line -> line.startsWith("id:"))
                    .contains("event:insert")
                    .anyMatch(line -> line.startsWith("data:") && line.contains("\"new_record\":{\"id\":42}"));
        }
        postgres.awaitNoSlots();
    }
}
