package io.walex.reactive.spool;

import io.walex.reactive.WalEx;
import io.walex.reactive.config.Middleware;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.Transaction;
import io.walex.reactive.testsupport.PostgresExtension;
import io.walex.reactive.testsupport.StreamFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;

/** Streams with a durable spool between a real server and its subscribers. */
abstract class SpooledStreams {

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    @RegisterExtension
    final StreamFixture streams = StreamFixture.on(postgres);

    @TempDir
    Path directory;

    @BeforeEach
    void createTables() {
        postgres.execute(
                "CREATE TYPE mood AS ENUM ('sad', 'happy')",
                "CREATE TABLE todo (id bigint PRIMARY KEY, title text, body text, mood mood)",
                "ALTER TABLE todo ALTER body SET STORAGE EXTERNAL",
                "ALTER TABLE todo REPLICA IDENTITY FULL",
                "CREATE TABLE keyed (id int PRIMARY KEY, body text)",
                "ALTER TABLE keyed ALTER body SET STORAGE EXTERNAL",
                "CREATE PUBLICATION events FOR ALL TABLES",
                "SELECT pg_create_logical_replication_slot('walex', 'pgoutput')",
                "SELECT pg_create_logical_replication_slot('plain', 'pgoutput')");
    }

    @AfterEach
    void awaitDisconnected() {
        postgres.awaitSlotInactive("walex");
    }

    final WalExConfig.Builder config() {
        return streams.config().messages(true);
    }

    final WalEx spooled() {
        return spooled(DiskSpool.in(directory));
    }

    final WalEx spooled(Middleware spool) {
        return streams.create(config().middleware(spool));
    }

    static Mono<String> ids(Transaction transaction) {
        return transaction
                .events()
                .map(event -> event.newRecord().getText("id"))
                .collectList()
                .map(ids -> String.join(",", ids));
    }

    /** What the files in the directory take. */
    static long size(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.mapToLong(file -> {
                        try {
                            return Files.isRegularFile(file) ? Files.size(file) : 0;
                        } catch (IOException vanished) {
                            return 0;
                        }
                    })
                    .sum();
        } catch (UncheckedIOException vanished) {
            return size(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asks for nothing until it is told to. */
    static final class Stalled<T> extends BaseSubscriber<T> {

        private final List<T> seen;

        Stalled(List<T> seen) {
            this.seen = seen;
        }

        @Override
        protected void hookOnSubscribe(Subscription subscription) {}

        @Override
        protected void hookOnNext(T value) {
            seen.add(value);
        }
    }
}
