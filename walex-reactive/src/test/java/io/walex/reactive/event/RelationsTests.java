package io.walex.reactive.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.codec.PgType;
import io.walex.reactive.codec.TypeRegistry;
import io.walex.reactive.pgoutput.Relation;
import io.walex.reactive.pgoutput.RelationColumn;
import io.walex.reactive.pgoutput.ReplicaIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How often the catalog is read for what the server describes. */
class RelationsTests {

    private static final int ENUM = 20_000;
    private static final int PAIR = 20_001;
    private static final int PAIRS = 20_002;
    private static final int UNKNOWN = 30_000;
    private static final int ROUNDS = 10_000;

    private final List<Integer> reads = new ArrayList<>();
    private final Relations relations = new Relations(
            new StreamIdentity("test", "1", "db"), (schema, table) -> !table.equals("unwanted"), new Catalog());
    private int lastEnded = 10;
    private boolean outdated;

    /** What ended before it was read is known. */
    private final class Catalog implements TypeSource {

        private int readAfter = 10;

        @Override
        public boolean isOutdated() {
            return outdated;
        }

        @Override
        public TypeRegistry types() {
            return TypeRegistry.builder()
                    .types(List.of(
                            PgType.of(ENUM, "public", "mood", PgType.Kind.ENUM),
                            PgType.composite(PAIR, "public", "pair", List.of(new PgType.Attribute("a", 23, -1))),
                            PgType.of(PAIRS, "public", "_pair", PgType.Kind.ARRAY, PAIR)))
                    .build();
        }

        @Override
        public boolean isReadAfter(int xid) {
            return xid <= readAfter;
        }

        @Override
        public void refresh(Runnable done) {
            reads.add(lastEnded);
            readAfter = lastEnded;
            outdated = false;
            done.run();
        }
    }

    private void describe(int xid, int oid, String name, int type) {
        relations.beginTransaction(xid, true);
        relations.put(relation(0, oid, name, type));
        assertThat(relations.get(oid)).isNotNull();
    }

    private static Relation relation(int xid, int oid, String name, int type) {
        return new Relation(
                xid, oid, "public", name, ReplicaIdentity.DEFAULT, List.of(new RelationColumn("c", false, type, -1)));
    }

    private void replay(int xid, Relation... described) {
        relations.beginTransaction(xid, true);
        relations.beginReplay();
        for (Relation relation : described) {
            relations.put(relation);
        }
    }

    @Test
    void readsTheCatalogOnceForAllThatWasMadeSince() {
        lastEnded = 2000;
        for (int i = 11; i <= 2000; i++) {
            describe(i, i, "t" + i, UNKNOWN + i);
        }
        assertThat(reads).hasSize(1);
    }

    @Test
    void readsTheCatalogForATypeOfATransactionThatEndedSince() {
        lastEnded = 12;
        describe(12, 1, "t", UNKNOWN);
        lastEnded = 13;
        describe(13, 2, "u", UNKNOWN + 1);
        assertThat(reads).containsExactly(12, 13);
    }

    @Test
    void readsNothingForTypesFromBeforeThatAreGone() {
        describe(5, 1, "t", UNKNOWN);
        assertThat(reads).isEmpty();
    }

    @Test
    void readsTheCatalogAgainForCompositesOnly() {
        lastEnded = 12;
        for (int type : new int[] {23, ENUM, PAIR, PAIRS}) {
            describe(11, type, "t", type);
        }
        assertThat(reads).isEmpty();
        describe(12, 23, "t", 23);
        describe(12, ENUM, "t", ENUM);
        assertThat(reads).isEmpty();
        describe(12, PAIR, "t", PAIR);
        describe(12, PAIRS, "t", PAIRS);
        assertThat(reads).containsExactly(12);
    }

    @Test
    void readsNothingForADescriptionThatAPreparedTransactionHasWithItAndThatIsInForce() {
        lastEnded = 14;
        describe(11, 1, "t", PAIR);
        replay(12, relation(0, 1, "t", PAIR));
        relations.endReplay(oid -> false);
        assertThat(reads).isEmpty();
        replay(13, relation(0, 1, "t", PAIRS), relation(0, 1, "t", PAIR));
        assertThat(reads).as("another, and that in force again").containsExactly(14);
        assertThat(relations.get(1).relation()).isEqualTo(relation(0, 1, "t", PAIR));
    }

    @Test
    void readsTheCatalogForATypeThatAPreparedTransactionMade() {
        describe(12, 1, "t", UNKNOWN);
        lastEnded = 12;
        replay(12, relation(0, 1, "t", UNKNOWN));
        assertThat(reads).containsExactly(10, 12);
    }

    @Test
    void readsTheCatalogForADescriptionThatTheServerSentWithAStreamedTransaction() {
        lastEnded = 12;
        describe(11, 1, "t", PAIR);
        replay(12, relation(12, 1, "t", PAIR));
        assertThat(reads).containsExactly(12);
    }

    @Test
    void readsTheCatalogBeforeTheTransactionThatFollowsARowOfAnAlteredType() {
        relations.beginTransaction(11, true);
        outdated = true;
        assertThat(reads).isEmpty();
        lastEnded = 12;
        relations.beginTransaction(12, true);
        relations.beginTransaction(13, true);
        assertThat(reads).containsExactly(12);
    }

    @Test
    void readsNothingForTablesThatAreNotSubscribedTo() {
        describe(12, 1, "unwanted", UNKNOWN);
        assertThat(reads).isEmpty();
    }

    /** A race, so most runs would show that one is lost, not each. */
    @Test
    void takesSubscriptionsThatChangeAsAChangeTakesEffect() throws Exception {
        Relations relations = new Relations(
                new StreamIdentity("test", "1", "db"), (schema, table) -> true, TypeSource.of(TypeRegistry.builtIn()));
        relations.put(new Relation(0, 1, "public", "t", ReplicaIdentity.DEFAULT, List.of()));
        AtomicInteger started = new AtomicInteger();
        AtomicInteger changed = new AtomicInteger();
        Thread changing = new Thread(() -> {
            for (int round = 1; round <= ROUNDS; round++) {
                await(started, round);
                for (int i = round % 4; i > 0; i--) {
                    Thread.onSpinWait();
                }
                boolean wanted = round % 2 == 0;
                relations.resubscribe((schema, table) -> wanted);
                changed.set(round);
            }
        });
        changing.start();
        try {
            for (int round = 1; round <= ROUNDS; round++) {
                boolean wanted = round % 2 == 0;
                relations.resubscribe((schema, table) -> !wanted);
                started.set(round);
                relations.beginTransaction(11, true);
                await(changed, round);
                relations.beginTransaction(11, true);
                assertThat(relations.get(1).table() != null)
                        .as("round %d", round)
                        .isEqualTo(wanted);
            }
        } finally {
            changing.interrupt();
            changing.join();
        }
    }

    private static void await(AtomicInteger counter, int value) {
        while (counter.get() != value && !Thread.currentThread().isInterrupted()) {
            Thread.onSpinWait();
        }
    }
}
