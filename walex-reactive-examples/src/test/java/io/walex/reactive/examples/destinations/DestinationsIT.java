package io.walex.reactive.examples.destinations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.junit5.GreenMailExtension;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import com.icegreen.greenmail.util.ServerSetupTest;
import io.lettuce.core.Range;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import io.walex.reactive.event.Position;
import io.walex.reactive.handler.HandlerModule;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.TcpProxy;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import redis.embedded.RedisServer;

/** Each destination between a real PostgreSQL and a real receiver. */
class DestinationsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    @RegisterExtension
    static final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final GreenMailExtension mail = new GreenMailExtension(ServerSetupTest.SMTP.dynamicPort());

    private Disposable running = () -> {};

    @BeforeEach
    void createTables() {
        postgres.execute(
                "DROP TABLE IF EXISTS \"user\"",
                "DROP PUBLICATION IF EXISTS events",
                "CREATE TABLE \"user\" (id int PRIMARY KEY, name text, email text)",
                "CREATE PUBLICATION events FOR ALL TABLES");
    }

    @AfterEach
    void stop() {
        running.dispose();
    }

    private void start(String slot, HandlerModule module) {
        running = Destination.run(postgres.url(), slot, module).subscribe();
        postgres.awaitSlotActive(slot);
    }

    private record Request(String id, String time, String signature, String body) {}

    @Test
    void webhookIsSignedAndTriedAgain() throws Exception {
        List<Request> requests = new CopyOnWriteArrayList<>();
        DisposableServer server = HttpServer.create()
                .port(0)
                .route(routes -> routes.post(
                        "/events",
                        (request, response) -> request.receive()
                                .aggregate()
                                .asString()
                                .flatMap(body -> {
                                    requests.add(new Request(
                                            request.requestHeaders().get("webhook-id"),
                                            request.requestHeaders().get("webhook-timestamp"),
                                            request.requestHeaders().get("webhook-signature"),
                                            body));
                                    return response.status(requests.size() < 3 ? 503 : 204)
                                            .send();
                                })))
                .bindNow();
        try {
            start("webhook", new Webhook(URI.create("http://localhost:" + server.port() + "/events"), SECRET));
            postgres.execute("INSERT INTO \"user\" VALUES (1, 'Chase')", "DELETE FROM \"user\"");

            await().atMost(PATIENCE).until(() -> requests.size() == 4);
        } finally {
            server.disposeNow();
        }
        assertThat(requests.subList(0, 3)).extracting(Request::id).containsOnly(requests.get(0).id);
        assertThat(requests.get(2).body).contains("\"new_record\":{\"id\":1,\"name\":\"Chase\",\"email\":null}");
        assertThat(requests.get(3).body).contains("\"type\":\"delete\"");
        assertThat(Position.parse(requests.get(3).id)).isGreaterThan(Position.parse(requests.get(0).id));
        for (Request request : requests) {
            assertThat(request.signature)
                    .isEqualTo(new Webhook(URI.create("http://localhost"), SECRET)
                            .signature(request.id, request.time, request.body));
        }
    }

    @Test
    void cacheForgetsWhatChanged() throws Exception {
        withRedis((client, redis) -> {
            List.of("1", "2", "3", "4").forEach(id -> redis.set("user:" + id, "cached"));
            start("cache", new CacheInvalidation(client.connect().reactive()));

            postgres.execute("INSERT INTO \"user\" VALUES (1), (2), (3), (4)");
            postgres.executeInTransaction(
                    "UPDATE \"user\" SET name = 'a' WHERE id = 1",
                    "UPDATE \"user\" SET id = 5 WHERE id = 2",
                    "DELETE FROM \"user\" WHERE id = 3");

            await().atMost(PATIENCE).until(() -> redis.keys("user:*"), List.of("user:4")::equals);
            redis.set("users", "of somebody else");
            postgres.execute("TRUNCATE \"user\"");
            await().atMost(PATIENCE).until(() -> redis.keys("*"), List.of("users")::equals);
        });
    }

    @Test
    void searchIndexCatchesUpAfterARestart(@TempDir Path files) throws Exception {
        try (Directory directory = FSDirectory.open(files)) {
            IndexWriter killed = new IndexWriter(directory, new IndexWriterConfig());
            start("search", new SearchIndex(killed));
            postgres.execute("INSERT INTO \"user\" VALUES (1, 'Chase Pursley'), (2, 'Ada Lovelace'), (3, null)");
            await().atMost(PATIENCE).until(() -> found(directory, "lovelace"), List.of("2")::equals);
            running.dispose();
            postgres.awaitSlotInactive("search");
            killed.rollback();

            postgres.execute(
                    "UPDATE \"user\" SET name = 'Ada King' WHERE id = 2",
                    "UPDATE \"user\" SET id = 4 WHERE id = 1",
                    "DELETE FROM \"user\" WHERE id = 3");
            try (IndexWriter index = new IndexWriter(directory, new IndexWriterConfig())) {
                start("search", new SearchIndex(index));

                await().atMost(PATIENCE).until(() -> count(directory) == 2);
                assertThat(found(directory, "pursley")).containsExactly("4");
                assertThat(found(directory, "king")).containsExactly("2");
                assertThat(found(directory, "lovelace")).isEmpty();

                postgres.execute("TRUNCATE \"user\"");
                await().atMost(PATIENCE).until(() -> count(directory) == 0);
                running.dispose();
                postgres.awaitSlotInactive("search");
            }
        }
    }

    private static int count(Directory directory) throws IOException {
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
            return reader.numDocs();
        }
    }

    private static List<String> found(Directory directory, String name) throws IOException {
        if (!DirectoryReader.indexExists(directory)) {
            return List.of();
        }
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
            List<String> ids = new ArrayList<>();
            for (ScoreDoc hit : new IndexSearcher(reader).search(new TermQuery(new Term("name", name)), 10).scoreDocs) {
                ids.add(reader.storedFields().document(hit.doc).get("id"));
            }
            return ids;
        }
    }

    @Test
    void streamHasEveryEventOnce() throws Exception {
        withRedis((client, redis) -> {
            EventStream module = new EventStream(client.connect().reactive(), "events");
            postgres.execute("SELECT pg_create_logical_replication_slot('again', 'pgoutput')");
            start("stream", module);
            postgres.execute("INSERT INTO \"user\" SELECT i FROM generate_series(1, 50) i", "DELETE FROM \"user\"");
            await().atMost(PATIENCE).until(() -> redis.xlen("events") == 100);
            running.dispose();

            // Everything comes again from a slot that has seen nothing, and only what is new is added.
            postgres.execute("INSERT INTO \"user\" VALUES (1)");
            start("again", module);
            await().atMost(PATIENCE).until(() -> redis.xlen("events") == 101);
            assertThat(redis.xrange("events", Range.unbounded()))
                    .extracting(entry -> entry.getBody().get("event"))
                    .doesNotHaveDuplicates()
                    .last()
                    .asString()
                    .contains("\"new_record\":{\"id\":1,");
        });
    }

    @Test
    void newUsersGetAMail() throws Exception {
        start("mail", new WelcomeMail("localhost", mail.getSmtp().getPort()));
        postgres.execute(
                "INSERT INTO \"user\" VALUES (1, 'Chase', 'chase@example.com'), (2, 'Nobody', null), (3, 'Wrong', 'not an address')",
                "INSERT INTO \"user\" VALUES (4, 'Ada', 'ada@example.com')");

        assertThat(mail.waitForIncomingEmail(PATIENCE.toMillis(), 2)).isTrue();
        assertThat(mail.getReceivedMessages())
                .extracting(MimeMessage::getSubject)
                .containsExactlyInAnyOrder("Welcome, Chase", "Welcome, Ada");
    }

    @Test
    void mailWaitsForItsServer() throws Exception {
        int port = freePort();
        GreenMail server = new GreenMail(new ServerSetup(port, "localhost", ServerSetup.PROTOCOL_SMTP));
        try (TcpProxy network = TcpProxy.to("localhost", port)) {
            start("late_mail", new WelcomeMail(network.host(), network.port()));
            postgres.execute("INSERT INTO \"user\" VALUES (1, 'Chase', 'chase@example.com')");
            await().atMost(PATIENCE).until(() -> network.acceptedConnections() > 4);

            server.start();

            assertThat(server.waitForIncomingEmail(PATIENCE.toMillis(), 1)).isTrue();
        } finally {
            server.stop();
        }
    }

    private interface WithRedis {
        void run(RedisClient client, RedisCommands<String, String> redis);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static void withRedis(WithRedis test) throws Exception {
        int port = freePort();
        RedisServer server = new RedisServer(port);
        server.start();
        RedisClient client = RedisClient.create("redis://localhost:" + port);
        try {
            test.run(client, client.connect().sync());
        } finally {
            client.shutdown();
            server.stop();
        }
    }
}
