package io.walex.reactive.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walex.reactive.config.SnapshotOptions.Keyless;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.event.TwoPhase;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

class SnapshotSpecTests {

    /** Outlives the process, as far as it says. */
    private static final SnapshotStore DURABLE = new SnapshotStore() {
        @Override
        public Mono<String> load(String key) {
            return Mono.empty();
        }

        @Override
        public Mono<Void> save(String key, String progress) {
            return Mono.empty();
        }
    };

    private static WalExConfig config(SlotSpec slot, SnapshotSpec snapshot) {
        return WalExConfig.builder()
                .publication("events")
                .slot(slot)
                .snapshot(snapshot)
                .build();
    }

    private static void assertInvalid(ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining(message)
                .hasNoCause();
    }

    @Test
    void noneIsTakenByDefault() {
        assertThat(WalExConfig.builder().publication("events").build().snapshot())
                .isNull();
    }

    @Test
    void readsAsByDefaultAndResumesNothing() {
        assertThat(SnapshotSpec.initial("orders", "sales.*"))
                .isEqualTo(new SnapshotSpec(List.of("orders", "sales.*"), null, SnapshotOptions.DEFAULT));
    }

    @Test
    void durableSlotTakesADurableStore() {
        SnapshotSpec snapshot = SnapshotSpec.initial("orders").store(DURABLE);

        assertThat(config(SlotSpec.durable("shop"), snapshot).snapshot()).isEqualTo(snapshot);
    }

    @Test
    void durableSlotWithoutOneIsRefused() {
        String remedy = "needs a store that outlives the process, or it would be read again at each start: "
                + "snapshot(SnapshotSpec.initial(...).store(SnapshotStores.directory(path)))";

        assertInvalid(() -> config(SlotSpec.durable("shop"), SnapshotSpec.initial("orders")), remedy);
        assertInvalid(
                () -> config(
                        SlotSpec.durable("shop"), SnapshotSpec.initial("orders").store(SnapshotStore.inMemory())),
                "snapshot of [orders]");
    }

    @Test
    void temporarySlotTakesAnyStoreOrNone() {
        assertThat(Stream.of(
                                SnapshotSpec.initial("orders"),
                                SnapshotSpec.initial("orders").store(SnapshotStore.inMemory()),
                                SnapshotSpec.initial("orders").store(DURABLE))
                        .map(snapshot -> config(SlotSpec.temporary(), snapshot).snapshot()))
                .doesNotContainNull();
    }

    @Test
    void changesThatComeAtTheirPrepareAreRefused() {
        WalExConfig.Builder config = WalExConfig.builder()
                .publication("events")
                .snapshot(SnapshotSpec.initial("orders"))
                .twoPhase(TwoPhase.AT_PREPARE);

        assertInvalid(config::build, "snapshot of [orders] cannot go with twoPhase(AT_PREPARE)");
        assertThat(config.twoPhase(TwoPhase.AT_COMMIT).build().snapshot()).isNotNull();
    }

    @Test
    void needsATable() {
        assertInvalid(SnapshotSpec::initial, "snapshot needs at least one table; \"*\" means all");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "public.", ".orders", "\"open"})
    void refusesWhatNamesNoTable(String table) {
        assertThatThrownBy(() -> SnapshotSpec.initial("orders", table))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageStartingWith("Invalid table of a snapshot: ");
    }

    static Stream<Object[]> outOfRange() {
        SnapshotOptions options = SnapshotOptions.DEFAULT;
        return Stream.of(
                new Object[] {
                    (ThrowingCallable) () -> options.connections(0), "connections must be between 1 and 16, was 0"
                },
                new Object[] {(ThrowingCallable) () -> options.connections(17), "was 17"},
                new Object[] {(ThrowingCallable) () -> options.chunkBytes(8191), "chunkBytes must be at least 8192"},
                new Object[] {(ThrowingCallable) () -> options.rowsPerSecond(-1), "rowsPerSecond must not be negative"
                });
    }

    @ParameterizedTest
    @MethodSource("outOfRange")
    void refusesOptionsOutOfRange(ThrowingCallable change, String message) {
        assertInvalid(change, message);
    }

    @Test
    void eachOptionChangesByItself() {
        assertThat(SnapshotOptions.DEFAULT
                        .connections(16)
                        .chunkBytes(8192)
                        .rowsPerSecond(1)
                        .nudge(true)
                        .strict(true)
                        .keyless(Keyless.REFUSE))
                .isEqualTo(new SnapshotOptions(16, 8192, 1, true, true, Keyless.REFUSE));
    }

    @Test
    void backfillsDoNotReadWhatCannotBeToldApart() {
        assertThat(SnapshotOptions.FOR_BACKFILL).isEqualTo(SnapshotOptions.DEFAULT.keyless(Keyless.REFUSE));
    }

    @Test
    void memoryGivesBackWhatWasSavedLast() {
        SnapshotStore store = SnapshotStore.inMemory();
        assertThat(store.load("k").block()).isNull();
        Mono<Void> second = store.save("k", "second");
        store.save("k", "first").block();
        second.block();

        assertThat(store.load("k").block()).isEqualTo("second");
        assertThat(store.isDurable()).isFalse();
        assertThat(SnapshotStore.inMemory().load("k").block()).isNull();
    }

    @Test
    void cannotChangeWhileStreamsRun() {
        assertThat(Reconfiguration.fixed()).contains("snapshot");
    }
}
