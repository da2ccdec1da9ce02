package io.walex.reactive.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.R2dbcException;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.error.SnapshotException;
import io.walex.reactive.event.SnapshotSlice;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.snapshot.SnapshotProgress.Key;
import io.walex.reactive.snapshot.SnapshotProgress.SourceProgress;
import io.walex.reactive.snapshot.SnapshotProgress.TableProgress;
import io.walex.reactive.testsupport.PostgresExtension;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

class TableSnapshotStoreIT {

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    private ConnectionFactory connections;
    private TableSnapshotStore store;

    @BeforeEach
    void open() {
        connections = ConnectionFactories.get("r2dbc:" + postgres.url());
        store = SnapshotStores.table(connections, "walex_snapshot");
    }

    private @Nullable String load(String key) {
        return store.load(key).block();
    }

    private void save(String key, String progress) {
        store.save(key, progress).block();
    }

    @Test
    void givesBackWhatWasSavedLast() {
        assertThat(load("shop/initial")).isNull();
        assertThat(load("shop/initial")).isNull();

        save("shop/initial", "first");
        save("shop/initial", "'second' \\ ä漢");
        save("other", "another");

        assertThat(load("shop/initial")).isEqualTo("'second' \\ ä漢");
        assertThat(SnapshotStores.table(connections, "walex_snapshot")
                        .load("other")
                        .block())
                .isEqualTo("another");
    }

    @Test
    void doesNothingBeforeItIsSubscribedTo() {
        store.load("k");
        store.save("k", "text");

        assertThat(postgres.query("SELECT 1 FROM pg_class WHERE relname = 'walex_snapshot'", row -> row.getInt(1)))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"app.Progress", "\"my.table\"", "\"app\".\"a \"\"b\"\"; DROP TABLE x --\""})
    void namesAreQuoted(String name) {
        postgres.execute("CREATE SCHEMA app");
        store = SnapshotStores.table(connections, name);

        assertThat(load("k")).isNull();
        save("k", "text");
        assertThat(load("k")).isEqualTo("text");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "*", "app.*", "*.progress", "\"open"})
    void namesOneTable(String name) {
        assertThatThrownBy(() -> SnapshotStores.table(connections, name)).isInstanceOf(InvalidConfigException.class);
    }

    @Test
    void manyMakeItAtTheSameTime() {
        List<String> loaded = Flux.range(0, 12)
                .flatMap(i -> store.load("k" + i).thenReturn("k" + i), 12)
                .collectList()
                .block();

        assertThat(loaded).hasSize(12);
    }

    /** The right to make tables is needed only to make it. */
    @Test
    void tableThatIsThereTakesNoRightToMakeOne() {
        load("k");
        postgres.execute(
                "CREATE ROLE keeper LOGIN PASSWORD 'keeper'",
                "GRANT SELECT, INSERT, UPDATE ON walex_snapshot TO keeper",
                "REVOKE CREATE ON SCHEMA public FROM public");
        try {
            store = SnapshotStores.table(
                    ConnectionFactories.get("r2dbc:" + postgres.url("keeper", "keeper")), "walex_snapshot");
            save("k", "text");
            assertThat(load("k")).isEqualTo("text");
            TableSnapshotStore missing = SnapshotStores.table(
                    ConnectionFactories.get("r2dbc:" + postgres.url("keeper", "keeper")), "elsewhere");
            assertThatThrownBy(() -> missing.load("k").block())
                    .isInstanceOf(SnapshotException.class)
                    .hasMessageContaining("Progress of snapshot \"k\" cannot be read from table \"elsewhere\"")
                    .hasMessageContaining("CREATE on its schema");
        } finally {
            postgres.execute("DROP OWNED BY keeper", "DROP ROLE keeper");
        }
    }

    @Test
    void anotherTableOfThatNameIsNotUsed() {
        postgres.execute("CREATE TABLE walex_snapshot (id int)");

        assertThatThrownBy(() -> load("k"))
                .isInstanceOf(SnapshotException.class)
                .hasMessageContaining("\"walex_snapshot\"")
                .hasMessageContaining("columns key, acknowledged, consumed and updated_at");
    }

    @Test
    void serverThatDoesNotAnswerIsAnErrorThatShowsNoProgress() {
        store = SnapshotStores.table(ConnectionFactories.get("r2dbc:postgresql://u:hidden@localhost:1/x"), "t");

        assertThatThrownBy(() -> save("k", "secret"))
                .isInstanceOf(SnapshotException.class)
                .hasMessageNotContaining("secret")
                .hasMessageNotContaining("hidden");
    }

    /** What the library saves lets the slot move on, so it must outlive the server's end. */
    @Test
    void commitIsOnDiskAlsoWhereTheRolesAreNot() {
        postgres.execute(
                "CREATE TABLE seen (setting text)",
                "CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS "
                        + "$$ BEGIN INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$");
        load("k");
        postgres.execute(
                "CREATE TRIGGER see AFTER INSERT OR UPDATE ON walex_snapshot FOR EACH ROW EXECUTE FUNCTION see()");
        String off = "r2dbc:" + postgres.url() + "?options=synchronous_commit%3Doff";
        SnapshotStores.table(ConnectionFactories.get(off), "walex_snapshot")
                .save("k", "text")
                .block();
        save("k", "text");

        assertThat(postgres.query("SELECT setting FROM seen", row -> row.getString(1)))
                .containsExactly("local", "on");
    }

    @Test
    void progressIsStoredWithTheEffectOrNotAtAll() {
        load("k");
        postgres.execute("CREATE TABLE effect (id int PRIMARY KEY)");

        consume(1, progress(1, 100, List.of()), false);
        assertThat(load("k")).isNull();

        consume(1, progress(1, 100, List.of()), true);
        assertThat(load("k")).isEqualTo(progress(1, 100, List.of()).toJson());
        assertThat(postgres.query("SELECT id FROM effect", row -> row.getInt(1)))
                .containsExactly(1);
    }

    /** The library writes later than the consumer, and other things: neither undoes the other's. */
    @Test
    void goesOnFromWhatWasConsumedAndFromWhatWasAcknowledged() {
        load("k");
        postgres.execute("CREATE TABLE effect (id int PRIMARY KEY)");
        Key repair = new Key("cmVwYWly");

        consume(1, progress(1, 200, List.of()), true);
        save("k", progress(1, 100, List.of(repair)).toJson());
        assertThat(load("k")).isEqualTo(progress(1, 200, List.of(repair)).toJson());

        consume(2, progress(1, 300, List.of()), true);
        assertThat(load("k")).isEqualTo(progress(1, 300, List.of(repair)).toJson());
    }

    @Test
    void whatWasConsumedOfAnEarlierRunIsForgotten() {
        load("k");
        postgres.execute("CREATE TABLE effect (id int PRIMARY KEY)");
        consume(1, progress(1, 200, List.of()), true);
        SnapshotProgress other = progress(2, 0, List.of());
        save("k", other.toJson());

        assertThat(load("k")).isEqualTo(other.toJson());
        save("k", progress(1, 0, List.of()).toJson());
        assertThat(load("k")).isEqualTo(progress(1, 0, List.of()).toJson());
    }

    @Test
    void sliceThatIsNoFurtherStoresNothing() {
        Mono.usingWhen(
                        connections.create(),
                        connection ->
                                store.save(connection, new SnapshotSlice("initial", "public", "t", 1, false, null)),
                        Connection::close)
                .block();

        assertThat(load("k")).isNull();
    }

    @Test
    void consumersErrorIsTheDriversOwn() {
        assertThatThrownBy(() -> consume(1, progress(1, 1, List.of()), true)).isInstanceOf(R2dbcException.class);
    }

    private void consume(int effect, SnapshotProgress progress, boolean commit) {
        SnapshotSlice slice = new SnapshotSlice("initial", "public", "t", 1, false, progress.toJson());
        Mono.usingWhen(
                        connections.create(),
                        connection -> Mono.from(connection.beginTransaction())
                                .then(Flux.from(connection
                                                .createStatement("INSERT INTO effect VALUES (" + effect + ")")
                                                .execute())
                                        .flatMap(result -> result.getRowsUpdated())
                                        .then())
                                .then(store.save(connection, slice))
                                .then(Mono.from(
                                        commit ? connection.commitTransaction() : connection.rollbackTransaction())),
                        Connection::close)
                .block();
    }

    private static SnapshotProgress progress(int run, long done, List<Key> repairs) {
        return new SnapshotProgress(
                "k",
                "initial",
                "run" + run,
                "public.t",
                "1",
                1,
                Lsn.of(7),
                false,
                List.of(new TableProgress(
                        "public",
                        "t",
                        "id 23",
                        1,
                        false,
                        done,
                        done,
                        List.of(new SourceProgress(
                                1, 1, 1, List.of(new TidRange(done, Long.MAX_VALUE)), null, repairs)))));
    }
}
