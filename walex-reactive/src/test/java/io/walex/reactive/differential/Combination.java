package io.walex.reactive.differential;

import io.walex.reactive.config.OriginFilter;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.Streaming;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.TwoPhase;
import io.walex.reactive.stream.ServerOptions;
import io.walex.reactive.testsupport.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One way to stream.
 *
 * @param viaRoot whether partitions are published as their root
 */
record Combination(
        int protocol,
        Streaming streaming,
        TwoPhase twoPhase,
        boolean binary,
        boolean messages,
        OriginFilter origin,
        boolean viaRoot) {

    private static final int NEWEST_PROTOCOL = 4;
    private static final List<Boolean> EITHER = List.of(false, true);

    /** Each option with each other, as far as the server knows them. */
    static List<Combination> knownTo(int major) {
        return all().stream()
                .filter(combination -> ServerOptions.knows(
                        major, combination.options(WalExConfig.builder()).build()))
                .toList();
    }

    private static List<Combination> all() {
        List<Combination> all = new ArrayList<>();
        for (int protocol = 1; protocol <= NEWEST_PROTOCOL; protocol++) {
            for (Streaming streaming : Streaming.values()) {
                for (TwoPhase twoPhase : TwoPhase.values()) {
                    all.addAll(with(protocol, streaming, twoPhase));
                }
            }
        }
        return all;
    }

    private static List<Combination> with(int protocol, Streaming streaming, TwoPhase twoPhase) {
        List<Combination> all = new ArrayList<>();
        for (boolean binary : EITHER) {
            for (boolean messages : EITHER) {
                for (OriginFilter origin : OriginFilter.values()) {
                    for (boolean viaRoot : EITHER) {
                        all.add(new Combination(protocol, streaming, twoPhase, binary, messages, origin, viaRoot));
                    }
                }
            }
        }
        return all;
    }

    String slot() {
        return "p%d_%s_%s%s%s_%s%s"
                .formatted(
                        protocol,
                        streaming,
                        twoPhase,
                        binary ? "_binary" : "",
                        messages ? "_messages" : "",
                        origin,
                        viaRoot ? "_root" : "")
                .toLowerCase(Locale.ROOT);
    }

    /** What decides which events there are, and so where they are: all that are read so have the same positions. */
    Object sameEvents() {
        return List.of(messages, origin, viaRoot, twoPhase == TwoPhase.AT_PREPARE);
    }

    String createSlot() {
        return "SELECT pg_create_logical_replication_slot('%s', 'pgoutput', false, %s)"
                .formatted(slot(), twoPhase != TwoPhase.OFF);
    }

    /** With so little memory that large transactions go to files. */
    WalExConfig.Builder config(TestDatabase source) {
        return options(WalExConfig.fromUrl(source.url()))
                .slot(SlotSpec.durable(slot()).mustExist())
                .spillMemory(32 << 10);
    }

    private WalExConfig.Builder options(WalExConfig.Builder builder) {
        return builder.publication(viaRoot ? "roots" : "leaves")
                .protocolVersion(protocol)
                .streaming(streaming)
                .twoPhase(twoPhase)
                .binary(binary)
                .messages(messages)
                .origin(origin);
    }

    @Override
    public String toString() {
        return slot();
    }
}
