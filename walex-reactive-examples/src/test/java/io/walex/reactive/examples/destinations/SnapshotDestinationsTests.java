package io.walex.reactive.examples.destinations;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.Range;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.SnapshotSummary;
import io.walex.reactive.event.TestEvents;
import io.walex.reactive.handler.HandlerModule;
import io.walex.reactive.handler.Handlers;
import io.walex.reactive.testsupport.GivenTransactions;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.junit.jupiter.api.Test;
import redis.embedded.RedisServer;

/** What becomes of the rows of snapshots. */
class SnapshotDestinationsTests {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final TestEvents users =
            TestEvents.table("user").key("id", "int4").column("name", "text").build();

    private static void run(HandlerModule module, List<List<Event>> transactions) {
        Handlers.builder()
                .module(module)
                .build()
                .run(GivenTransactions.of(transactions))
                .block(PATIENCE);
    }

    private Event completed() {
        return users.snapshotCompleted(new SnapshotSummary("initial", 1, 1, 1));
    }

    @Test
    void searchIndexTakesThemInsteadOfWhatItHas() throws IOException {
        try (Directory directory = new ByteBuffersDirectory();
                IndexWriter index = new IndexWriter(directory, new IndexWriterConfig())) {
            run(
                    new SearchIndex(index),
                    List.of(
                            List.of(users.insert(1, "Ada"), users.insert(2, "Grace")),
                            List.of(users.read(1, "Lovelace"), users.read(3, "Edsger"), completed())));

            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                IndexSearcher searcher = new IndexSearcher(reader);
                assertThat(reader.numDocs()).isEqualTo(3);
                assertThat(searcher.count(new TermQuery(new Term("name", "lovelace"))))
                        .isEqualTo(1);
                assertThat(searcher.count(new TermQuery(new Term("name", "ada"))))
                        .isZero();
            }
        }
    }

    @Test
    void cacheForgetsThem() throws IOException {
        withRedis((client, redis) -> {
            redis.set("user:1", "stale");
            redis.set("user:2", "cached");

            List<Event> read = List.of(users.read(1, "Ada"), completed());
            run(new CacheInvalidation(client.connect().reactive()), List.of(read));

            assertThat(redis.keys("user:*")).containsExactly("user:2");
        });
    }

    @Test
    void streamHasThemInTheirPlace() throws IOException {
        withRedis((client, redis) -> {
            HandlerModule module = new EventStream(client.connect().reactive(), "events");
            List<Event> first = List.of(users.read(1, "first"));
            List<Event> inserted = List.of(users.nextTransaction().insert(2, "insert"), users.insert(3, "insert too"));
            List<Event> read = List.of(users.read(4, "read"), completed());
            List<Event> updated = List.of(users.update(4, "update"));

            run(module, List.of(first, inserted, read, updated));
            // After a crash, transactions come again, and rows are read again.
            run(module, List.of(inserted, updated, read));

            assertThat(redis.xrange("events", Range.unbounded()))
                    .extracting(entry -> entry.getBody().get("event").replaceAll(".*\"type\":\"(\\w+)\".*", "$1"))
                    .containsExactly(
                            "read",
                            "insert",
                            "insert",
                            "read",
                            "snapshot_completed",
                            "update",
                            "read",
                            "snapshot_completed");
        });
    }

    @Test
    void webhookTellsReadingsApart() {
        Event one = users.read(1, "Ada");
        Event changed = users.insert(2, "Grace");

        assertThat(Webhook.id(one)).isEqualTo(one.position() + "@" + one.timestamp());
        assertThat(Webhook.id(changed)).isEqualTo(changed.position().toString());
    }

    private interface WithRedis {
        void run(RedisClient client, RedisCommands<String, String> redis);
    }

    private static void withRedis(WithRedis test) throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
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
