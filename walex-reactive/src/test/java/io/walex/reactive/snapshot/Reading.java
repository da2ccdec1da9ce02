package io.walex.reactive.snapshot;

import io.walex.reactive.config.DriverConfiguration;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.TablePattern;
import io.walex.reactive.pgoutput.Relation;
import io.walex.reactive.pgoutput.TupleData;
import io.walex.reactive.server.Connector;
import io.walex.reactive.server.ServerConnection;
import io.walex.reactive.testsupport.StreamFixture;
import io.walex.reactive.testsupport.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import reactor.core.publisher.Mono;
import reactor.netty.resources.LoopResources;

/** What reads the tables of a test's database, as a snapshot does. */
final class Reading implements AfterTestExecutionCallback {

    static final long LIMIT = 8 << 20;
    static final TidRange ALL = new TidRange(0, Long.MAX_VALUE);

    private final LoopResources loop = LoopResources.create("test-reading", 1, true);
    private final Supplier<TestDatabase> database;
    private final List<ChunkConnection> connections = new ArrayList<>();
    private @Nullable WalExConfig config;

    private Reading(Supplier<TestDatabase> database) {
        this.database = database;
    }

    static Reading of(Supplier<TestDatabase> database) {
        return new Reading(database);
    }

    WalExConfig config() {
        WalExConfig made = config;
        return made == null
                ? WalExConfig.fromUrl(database.get().url())
                        .publication("events")
                        .build()
                : made;
    }

    /** With other settings than the publication {@code events} and the superuser. */
    Reading with(UnaryOperator<WalExConfig.Builder> settings) {
        return as(database.get().server().user(), database.get().server().password(), settings);
    }

    Reading as(String user, String password, UnaryOperator<WalExConfig.Builder> settings) {
        config = settings.apply(
                        WalExConfig.fromUrl(database.get().url(user, password)).publication("events"))
                .build();
        return this;
    }

    Connector connector() {
        WalExConfig used = config();
        return DriverConfiguration.connector(() -> used, loop);
    }

    List<SourceTable> tables(String... patterns) {
        return await(ServerConnection.use(
                connector(),
                server -> new SourceCatalog(server, config())
                        .tables(Arrays.stream(patterns).map(TablePattern::parse).toList())));
    }

    SourceTable table(String pattern) {
        List<SourceTable> tables = tables(pattern);
        if (tables.size() != 1) {
            throw new AssertionError("Not one table but " + tables);
        }
        return tables.get(0);
    }

    ChunkConnection open() {
        ChunkConnection made = await(ChunkConnection.open(connector()));
        connections.add(made);
        return made;
    }

    /** All rows of the table. */
    List<TupleData> rows(SourceTable table) {
        return rows(await(open().read(table, all())).rows());
    }

    static ChunkQuery all() {
        return ChunkQuery.range(ALL, "", LIMIT);
    }

    static List<TupleData> rows(RowBuffer buffer) {
        List<TupleData> rows = new ArrayList<>();
        RowBuffer.Cursor cursor = buffer.cursor();
        for (TupleData row = cursor.next(); row != null; row = cursor.next()) {
            rows.add(row);
        }
        return rows;
    }

    static List<String> texts(RowBuffer buffer) {
        return rows(buffer).stream().map(Reading::text).toList();
    }

    /** The values of a row with bars between; what is binary as numbers. */
    static String text(TupleData row) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < row.columnCount(); i++) {
            values.add(
                    switch (row.kind(i)) {
                        case TupleData.NULL -> "null";
                        case TupleData.TEXT ->
                            new String(row.bytes(), row.offset(i), row.length(i), StandardCharsets.UTF_8);
                        case TupleData.BINARY ->
                            Arrays.toString(
                                    Arrays.copyOfRange(row.bytes(), row.offset(i), row.offset(i) + row.length(i)));
                        default -> "unchanged";
                    });
        }
        return String.join("|", values);
    }

    static <T> T await(Mono<T> mono) {
        return Objects.requireNonNull(mono.block(StreamFixture.PATIENCE));
    }

    /** A relation outside of a streamed block, as which it means the same. */
    static Relation plain(Relation relation) {
        return new Relation(
                0, relation.oid(), relation.schema(), relation.name(), relation.replicaIdentity(), relation.columns());
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        connections.forEach(each -> each.close().block(StreamFixture.PATIENCE));
        connections.clear();
        config = null;
        loop.dispose();
    }
}
