package io.walex.reactive.benchmarks.reader;

import io.debezium.engine.ChangeEvent;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.DebeziumEngine.RecordCommitter;
import io.debezium.engine.RecordChangeEvent;
import io.debezium.engine.format.ChangeEventFormat;
import io.debezium.engine.format.Json;
import io.walex.reactive.benchmarks.Target;
import java.io.IOException;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;

/** Debezium's embedded engine, with large batches and queues, committing once for each batch. */
record DebeziumReader(boolean json) implements Reader {

    @Override
    public long rows(Target target) {
        return target.wanted();
    }

    @Override
    public void read(Target target, Meter meter) throws Exception {
        Properties properties = properties(target);
        run(done -> json
                ? jsonEngine(properties, meter, done)
                : connectEngine(properties, event -> count(event, meter), meter, done));
    }

    /** Runs an engine until it, or its consumer, is done. */
    static void run(Function<CountDownLatch, DebeziumEngine<?>> made) throws IOException, InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try (DebeziumEngine<?> engine = made.apply(done)) {
            executor.execute(engine);
            done.await();
        } finally {
            executor.shutdown();
            executor.awaitTermination(1, TimeUnit.MINUTES);
        }
    }

    static DebeziumEngine<?> connectEngine(
            Properties properties, Consumer<SourceRecord> counter, Meter meter, CountDownLatch done) {
        return DebeziumEngine.create(ChangeEventFormat.of(io.debezium.embedded.Connect.class))
                .using(properties)
                .using((success, message, error) -> done.countDown())
                .notifying(
                        (List<RecordChangeEvent<SourceRecord>> batch,
                                RecordCommitter<RecordChangeEvent<SourceRecord>> committer) -> {
                            batch.forEach(event -> counter.accept(event.record()));
                            finish(batch, committer);
                            endIfDone(meter, done);
                        })
                .build();
    }

    private static DebeziumEngine<?> jsonEngine(Properties properties, Meter meter, CountDownLatch done) {
        return DebeziumEngine.create(Json.class)
                .using(properties)
                .using((success, message, error) -> done.countDown())
                .notifying(
                        (List<ChangeEvent<String, String>> batch,
                                RecordCommitter<ChangeEvent<String, String>> committer) -> {
                            batch.forEach(event -> meter.row());
                            finish(batch, committer);
                            endIfDone(meter, done);
                        })
                .build();
    }

    private static void count(SourceRecord event, Meter meter) {
        if (meter.wantsLatency()) {
            meter.committedAt(((Struct) event.value()).getStruct("source").getInt64("ts_us"));
        }
        meter.row();
    }

    private static <R> void finish(List<R> batch, RecordCommitter<R> committer) throws InterruptedException {
        committer.markProcessed(batch.get(batch.size() - 1));
        committer.markBatchFinished();
    }

    private static void endIfDone(Meter meter, CountDownLatch done) {
        if (meter.isDone()) {
            done.countDown();
        }
    }

    static Properties properties(Target target) {
        Properties properties = new Properties();
        properties.putAll(java.util.Map.ofEntries(
                java.util.Map.entry("name", "debezium"),
                java.util.Map.entry("connector.class", "io.debezium.connector.postgresql.PostgresConnector"),
                java.util.Map.entry("topic.prefix", "benchmark"),
                java.util.Map.entry("database.hostname", target.host()),
                java.util.Map.entry("database.port", String.valueOf(target.port())),
                java.util.Map.entry("database.user", target.username()),
                java.util.Map.entry("database.password", "-"),
                java.util.Map.entry("database.dbname", target.database()),
                java.util.Map.entry("database.sslmode", "disable"),
                java.util.Map.entry("plugin.name", "pgoutput"),
                java.util.Map.entry("slot.name", target.slot()),
                java.util.Map.entry("publication.name", target.publication()),
                java.util.Map.entry("publication.autocreate.mode", "disabled"),
                java.util.Map.entry("snapshot.mode", "no_data"),
                java.util.Map.entry("offset.storage", "org.apache.kafka.connect.storage.MemoryOffsetBackingStore"),
                java.util.Map.entry("key.converter.schemas.enable", "false"),
                java.util.Map.entry("value.converter.schemas.enable", "false")));
        tune(properties);
        if (!target.tables().contains("*")) {
            properties.put("table.include.list", "public\\.(" + String.join("|", target.tables()) + ")");
        }
        return properties;
    }

    /** What made it fastest on the machine of the report, of what its documentation offers for throughput. */
    private static void tune(Properties properties) {
        properties.put("max.batch.size", "8192");
        properties.put("max.queue.size", "32768");
        properties.put("poll.interval.ms", "10");
        properties.put("tombstones.on.delete", "false");
        properties.put("skip.messages.without.change", "false");
    }
}
