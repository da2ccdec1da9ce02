package io.walex.reactive.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walex.reactive.error.SnapshotException;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.snapshot.SnapshotProgress.Key;
import io.walex.reactive.snapshot.SnapshotProgress.SourceProgress;
import io.walex.reactive.snapshot.SnapshotProgress.TableProgress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotProgressTests {

    private static final SnapshotProgress SAMPLE = new SnapshotProgress(
            "k",
            "initial",
            "5f3a",
            "public.orders",
            "7391234567890123456",
            1,
            Lsn.parse("16/B374D848"),
            false,
            List.of(new TableProgress(
                    "public",
                    "orders",
                    "id 23",
                    1,
                    false,
                    500,
                    40_000,
                    List.of(new SourceProgress(
                            16384,
                            16390,
                            12,
                            List.of(new TidRange(256 << 16, 512 << 16), new TidRange(1024 << 16, Long.MAX_VALUE)),
                            null,
                            List.of(new Key("AAAABDE=")))))));

    @Test
    void isCompactAndPlain() {
        assertThat(SAMPLE.toJson()).isEqualTo("""
                {"version":1,"key":"k","name":"initial","run":"5f3a","spec":"public.orders","systemIdentifier":"7391234567890123456",\
                "timeline":1,"lsn":"16/B374D848","completed":false,"tables":[{"schema":"public","table":"orders","key":"id 23",\
                "attempt":1,"completed":false,"rows":500,"bytes":40000,"sources":[{"oid":16384,"filenode":16390,\
                "pages":12,"remaining":[[16777216,33554432],[67108864]],"repairs":["AAAABDE="]}]}]}""");
    }

    @Test
    void comesBackAsItWas() {
        Random random = new Random(20);
        for (int i = 0; i < 2_000; i++) {
            SnapshotProgress progress = any(random);

            assertThat(SnapshotProgress.parse(progress.toJson(), progress.key()))
                    .as("progress %d", i)
                    .isEqualTo(progress);
        }
    }

    @Test
    void rangesThatTouchBecomeOne() {
        Random random = new Random(20);
        for (int i = 0; i < 500; i++) {
            boolean[] wanted = new boolean[40];
            List<TidRange> ranges = new ArrayList<>();
            for (int from = 0; from < wanted.length; from++) {
                if (random.nextInt(3) > 0) {
                    int to = Math.min(wanted.length, from + 1 + random.nextInt(3));
                    ranges.add(new TidRange(from, to));
                    Arrays.fill(wanted, from, to, true);
                }
            }
            Collections.shuffle(ranges, random);

            List<TidRange> merged = new SourceProgress(1, 1, 1, ranges, null, List.of()).remaining();

            boolean[] covered = new boolean[wanted.length];
            long end = -1;
            for (TidRange range : merged) {
                assertThat(range.from()).isGreaterThan(end);
                Arrays.fill(covered, (int) range.from(), (int) range.to(), true);
                end = range.to();
            }
            assertThat(covered).isEqualTo(wanted);
        }
    }

    @Test
    void openEndSwallowsWhatIsBehindItsStart() {
        assertThat(new SourceProgress(
                                1, 1, 1, List.of(new TidRange(5, Long.MAX_VALUE), new TidRange(7, 9)), null, List.of())
                        .remaining())
                .containsExactly(new TidRange(5, Long.MAX_VALUE));
    }

    /** A row is read again if either says so, and only then, but for the repairs of both. */
    @Test
    void whatEitherSaysIsDoneIsDone() {
        Random random = new Random(20);
        for (int i = 0; i < 500; i++) {
            List<TidRange> one = ranges(random);
            List<TidRange> other = ranges(random);

            SourceProgress both = source(progress(source(one, "b25l")).with(progress(source(other, "b3RoZXI="))));

            for (long tid = 0; tid < 60; tid++) {
                assertThat(covers(both.remaining(), tid)).isEqualTo(covers(one, tid) && covers(other, tid));
            }
            assertThat(both.repairs()).containsExactly(new Key("b25l"), new Key("b3RoZXI="));
        }
    }

    @Test
    void otherAttemptsAndFilesAreLeftOut() {
        SourceProgress all = new SourceProgress(1, 7, 9, List.of(new TidRange(0, 9)), null, List.of());
        SourceProgress rewritten = new SourceProgress(1, 8, 9, List.of(), null, List.of());

        assertThat(source(progress(all).with(progress(rewritten)))).isEqualTo(all);
        assertThat(source(progress(1, all).with(progress(2, new SourceProgress(1, 7, 9, List.of(), null, List.of())))))
                .isEqualTo(all);
    }

    private static SnapshotProgress progress(SourceProgress source) {
        return progress(1, source);
    }

    private static SnapshotProgress progress(int attempt, SourceProgress source) {
        return new SnapshotProgress(
                "k",
                "n",
                "r",
                "s",
                "1",
                1,
                Lsn.of(5),
                false,
                List.of(new TableProgress("public", "t", "id 23", attempt, false, 1, 1, List.of(source))));
    }

    private static SourceProgress source(List<TidRange> remaining, String repair) {
        return new SourceProgress(1, 7, 9, remaining, null, List.of(new Key(repair)));
    }

    private static SourceProgress source(SnapshotProgress progress) {
        return progress.tables().get(0).sources().get(0);
    }

    private static List<TidRange> ranges(Random random) {
        return some(random, () -> {
            int from = random.nextInt(50);
            return new TidRange(from, random.nextInt(5) == 0 ? Long.MAX_VALUE : from + 1 + random.nextInt(20));
        });
    }

    private static boolean covers(List<TidRange> ranges, long tid) {
        return ranges.stream().anyMatch(range -> range.from() <= tid && tid < range.to());
    }

    /** Whatever is cut off, the rest is no progress. */
    @Test
    void refusesEveryBeginningOfAText() {
        String text = SAMPLE.toJson();
        for (int length = 0; length < text.length(); length++) {
            String cut = text.substring(0, length);

            assertThatThrownBy(() -> SnapshotProgress.parse(cut, "k"))
                    .as(cut)
                    .isInstanceOf(SnapshotException.class)
                    .hasMessageContaining("\"k\" is damaged")
                    .hasMessageContaining("Remove that entry from the store");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"oid\":16384|\"oid\":-1",
                "\"oid\":16384|\"oid\":1.5",
                "\"oid\":16384|\"oid\":\"16384\"",
                "\"oid\":16384,|",
                "\"rows\":500|\"rows\":99999999999999999999",
                "\"attempt\":1|\"attempt\":4294967296",
                "\"completed\":false|\"completed\":null",
                "\"repairs\":[\"AAAABDE=\"]|\"repairs\":[\"AAAABD\u00e4=\"]",
                "[67108864]|[]",
                "[67108864]|[9,9]",
                "[67108864]|[9,10,11]",
                "[67108864]|67108864",
                "\"spec\":\"public.orders\"|\"spec\":1",
                "\"lsn\":\"16/B374D848\"|\"lsn\":\"here\"",
                "\"name\":\"initial\"|\"name\":\"initial\",\"name\":\"other\"",
                "]}]}|]}]} and more",
                "\"version\":1|\"version\":true"
            })
    void refusesWhatIsNotWhole(String change) {
        String[] parts = change.split("\\|", 2);
        String damaged = SAMPLE.toJson().replace(parts[0], parts[1]);

        assertThat(damaged).isNotEqualTo(SAMPLE.toJson());
        assertThatThrownBy(() -> SnapshotProgress.parse(damaged, "k"))
                .isInstanceOf(SnapshotException.class)
                .hasMessageContaining("\"k\" is damaged");
    }

    @Test
    void refusesALaterFormatAndSaysWhatReadsIt() {
        String later = SAMPLE.toJson().replace("\"version\":1", "\"version\":2");

        assertThatThrownBy(() -> SnapshotProgress.parse(later, "k"))
                .isInstanceOf(SnapshotException.class)
                .hasMessage(
                        "Progress that the snapshot store has under \"k\" has format 2, and this version of the library reads format 1."
                                + " Use the version that wrote it, or remove that entry from the store: then the snapshot reads its tables from the beginning");
    }

    @Test
    void refusesThatOfAnotherKey() {
        assertThatThrownBy(() -> SnapshotProgress.parse(SAMPLE.toJson(), "other"))
                .isInstanceOf(SnapshotException.class)
                .hasMessageContaining("has under \"other\" is that of \"k\". Put it back there, or remove");
    }

    @Test
    void keysAreNotShown() {
        String row = Base64.getEncoder().encodeToString("secret@example.org".getBytes(StandardCharsets.UTF_8));
        String damaged = SAMPLE.toJson().replace("AAAABDE=", row + "!");

        assertThatThrownBy(() -> SnapshotProgress.parse(damaged, "k")).hasMessageNotContaining(row);
        assertThat(new SourceProgress(1, 1, 1, List.of(), new Key(row), List.of(new Key(row))))
                .asString()
                .doesNotContain(row);
    }

    private static SnapshotProgress any(Random random) {
        return new SnapshotProgress(
                text(random),
                text(random),
                text(random),
                text(random),
                Long.toUnsignedString(random.nextLong()),
                random.nextInt(Integer.MAX_VALUE),
                Lsn.of(random.nextLong()),
                random.nextBoolean(),
                some(random, () -> table(random)));
    }

    private static TableProgress table(Random random) {
        return new TableProgress(
                text(random),
                text(random),
                text(random),
                1 + random.nextInt(100),
                random.nextBoolean(),
                random.nextLong() >>> 1,
                random.nextLong() >>> 1,
                some(random, () -> source(random)));
    }

    private static SourceProgress source(Random random) {
        return new SourceProgress(
                random.nextInt(),
                random.nextLong() >>> 32,
                random.nextLong() >>> 32,
                some(random, () -> range(random)),
                random.nextBoolean() ? key(random) : null,
                some(random, () -> key(random)));
    }

    private static TidRange range(Random random) {
        long from = random.nextLong() >>> 16;
        return new TidRange(from, random.nextInt(4) == 0 ? Long.MAX_VALUE : from + 1 + random.nextInt(1 << 24));
    }

    private static Key key(Random random) {
        byte[] bytes = new byte[random.nextInt(20)];
        random.nextBytes(bytes);
        return new Key(Base64.getEncoder().encodeToString(bytes));
    }

    private static String text(Random random) {
        String letters = "ab.\"\\ \n\t\u0001äß漢\ud83d\ude00{}[]";
        return random.ints(random.nextInt(12), 0, letters.codePointCount(0, letters.length()))
                .map(i -> letters.codePointAt(letters.offsetByCodePoints(0, i)))
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static <T> List<T> some(Random random, Supplier<T> element) {
        return Stream.generate(element).limit(random.nextInt(5)).toList();
    }
}
