package io.walex.reactive.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walex.reactive.config.SnapshotStore;
import io.walex.reactive.error.SnapshotException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

class DirectorySnapshotStoreTests {

    @TempDir
    Path parent;

    private Path directory;
    private SnapshotStore store;

    @BeforeEach
    void open() {
        directory = parent.resolve("made").resolve("for it");
        store = SnapshotStores.directory(directory);
    }

    private @Nullable String load(String key) {
        return store.load(key).block();
    }

    private void save(String key, String progress) {
        store.save(key, progress).block();
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void givesBackWhatWasSavedLast() throws IOException {
        assertThat(load("k")).isNull();

        save("k", "first, which is longer");
        save("k", "secönd");

        assertThat(load("k")).isEqualTo("secönd");
        assertThat(SnapshotStores.directory(directory).load("k").block()).isEqualTo("secönd");
        assertThat(files()).containsExactly("snapshot-k.json");
        assertThat(store.isDurable()).isTrue();
    }

    @Test
    void doesNothingBeforeItIsSubscribedTo() {
        Mono<Void> save = store.save("k", "text");
        Mono<String> load = store.load("k");

        assertThat(directory).doesNotExist();
        assertThat(load.block()).isNull();
        save.block();
        assertThat(load.block()).isEqualTo("text");
    }

    @Test
    void anyKeyHasAFileOfItsOwn() throws IOException {
        List<String> keys = List.of(
                "shop/initial",
                "Shop/initial",
                "SHOP/INITIAL",
                "shop%2finitial",
                "../escape",
                "..",
                ".",
                "",
                "nul",
                "con.txt",
                "a\\b:c*d?e\"f<g>h|i",
                "line\nbreak\0zero",
                "größe",
                "漢字",
                "x".repeat(5_000),
                "x".repeat(5_000) + "y",
                "漢".repeat(90));
        keys.forEach(key -> save(key, "progress of " + key));

        assertThat(keys).allSatisfy(key -> assertThat(load(key)).isEqualTo("progress of " + key));
        Set<String> regardlessOfCase = new TreeSet<>();
        files().forEach(file -> regardlessOfCase.add(file.toLowerCase(Locale.ROOT)));
        assertThat(regardlessOfCase)
                .hasSize(keys.size())
                .allSatisfy(file -> assertThat(file).matches("[a-z0-9_.%-]{1,200}"));
        try (Stream<Path> beside = Files.list(parent)) {
            assertThat(beside).containsExactly(parent.resolve("made"));
        }
    }

    @Test
    void leftoversOfACrashDoNoHarm() throws IOException {
        save("k", "good");
        Files.writeString(directory.resolve("snapshot-k.json.tmp"), "{\"half\":");

        assertThat(load("k")).isEqualTo("good");
        save("k", "b");
        assertThat(load("k")).isEqualTo("b");
        assertThat(files()).containsExactly("snapshot-k.json");
    }

    @Test
    void readerSeesTheOldOrTheNew() {
        save("k", "a".repeat(100_000));
        Flux<String> seen = store.load("k").repeat(400).subscribeOn(Schedulers.parallel());
        Mono<Void> writes = Flux.range(0, 100)
                .concatMap(i -> store.save("k", (i % 2 == 0 ? "b" : "a").repeat(100_000)))
                .then();

        assertThat(Flux.merge(seen, writes.cast(String.class)).collectList().block())
                .hasSize(401)
                .allSatisfy(text -> assertThat(text)
                        .satisfiesAnyOf(
                                whole -> assertThat(whole).isEqualTo("a".repeat(100_000)),
                                whole -> assertThat(whole).isEqualTo("b".repeat(100_000))));
    }

    /** Progress may hold keys of rows. */
    @Test
    void onlyTheOwnerMayReadIt() throws IOException {
        save("k", "text");

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("snapshot-k.json"))))
                .isEqualTo("rw-------");
    }

    @Test
    void saysWhatCannotBeAndWhatToDo() throws IOException {
        Files.writeString(parent.resolve("made"), "a file in its place");

        assertThatThrownBy(() -> load("k"))
                .isInstanceOf(SnapshotException.class)
                .hasMessageStartingWith("Progress of snapshot \"k\" cannot be read: ")
                .hasMessageContaining("Make " + directory + " a directory that this process may write to");
        assertThatThrownBy(() -> save("k", "secret"))
                .isInstanceOf(SnapshotException.class)
                .hasMessageStartingWith("Progress of snapshot \"k\" cannot be written: ")
                .hasMessageNotContaining("secret");
    }

    @Test
    void whatWasSavedStaysWhenTheNextCannotBe() throws IOException {
        save("k", "good");
        Files.createDirectories(directory.resolve("snapshot-k.json.tmp").resolve("in the way"));

        assertThatThrownBy(() -> save("k", "next")).isInstanceOf(SnapshotException.class);
        assertThat(load("k")).isEqualTo("good");
    }

    @Test
    void damagedTextIsLeftToWhoReadsIt() throws IOException {
        save("k", "text");
        Files.write(directory.resolve("snapshot-k.json"), new byte[] {(byte) 0xff, 0});

        assertThatThrownBy(() -> SnapshotProgress.parse(String.valueOf(load("k")), "k"))
                .isInstanceOf(SnapshotException.class)
                .hasMessageContaining("damaged");
    }
}
