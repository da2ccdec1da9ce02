package io.walex.reactive.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever the bytes, a codec gives a value or an {@link IllegalArgumentException}, and stays within the column. */
@Timeout(300)
class MutatedValuesTests {

    private static final int JSONB = 3802;
    private static final int MUTATIONS = Integer.getInteger("codec.mutations", 200);

    @Test
    void mutationsOfEveryType() throws Exception {
        Random random = new Random(Long.getLong("codec.seed", 1));
        TypeRegistry registry = RecordedForms.registry();
        List<RecordedForms.Forms> recorded = RecordedForms.read();
        for (RecordedForms.Forms forms : recorded) {
            ColumnCodec codec = registry.codec(forms.oid(), -1);
            for (int i = 0; i < MUTATIONS; i++) {
                check(forms.oid(), "text", codec::fromText, mutated(forms.text(), random));
                check(forms.oid(), "binary", codec::fromBinary, mutated(forms.binary(), random));
            }
        }
    }

    @Test
    void truncationsOfEveryType() throws Exception {
        TypeRegistry registry = RecordedForms.registry();
        for (RecordedForms.Forms forms : RecordedForms.read()) {
            ColumnCodec codec = registry.codec(forms.oid(), -1);
            for (int length = 0; length < Math.min(forms.binary().length, 200); length++) {
                check(forms.oid(), "binary", codec::fromBinary, Arrays.copyOf(forms.binary(), length));
            }
            for (int length = 0; length < Math.min(forms.text().length, 200); length++) {
                check(forms.oid(), "text", codec::fromText, Arrays.copyOf(forms.text(), length));
            }
        }
    }

    /** But for {@code jsonb}, of which the server's word is taken. */
    @Test
    void whatIsWrittenUndecodedIsJson() throws Exception {
        Random random = new Random(Long.getLong("codec.seed", 1));
        TypeRegistry registry = RecordedForms.registry();
        for (RecordedForms.Forms forms : RecordedForms.read()) {
            ColumnCodec codec = registry.codec(forms.oid(), -1);
            for (int i = 0; i < MUTATIONS && forms.oid() != JSONB; i++) {
                byte[] text = mutated(forms.text(), random);
                JsonBytes json = new JsonBytes(0);
                if (JsonValues.writeText(codec, text, 0, text.length, json)) {
                    assertThat(JsonCodec.MAPPER.readTree(json.toByteArray()).isValueNode())
                            .isTrue();
                } else {
                    assertThat(json.size()).isZero();
                }
            }
        }
    }

    private static void check(int oid, String form, FormsCodec.Form codec, byte[] value) {
        try {
            codec.read(value, 0, value.length);
        } catch (IllegalArgumentException e) {
            // as promised
        } catch (RuntimeException e) {
            fail("Type %d, %s %s".formatted(oid, form, HexFormat.of().formatHex(value)), e);
        }
    }

    private static byte[] mutated(byte[] value, Random random) {
        byte[] mutated =
                Arrays.copyOf(value, Math.max(0, value.length + random.nextInt(7) / 5 * (random.nextInt(5) - 2)));
        for (int i = random.nextInt(3); i >= 0 && mutated.length > 0; i--) {
            int at = random.nextInt(mutated.length);
            mutated[at] = switch (random.nextInt(4)) {
                case 0 -> (byte) random.nextInt();
                case 1 -> (byte) "{}()[],\"\\:-+.= 09".charAt(random.nextInt(17));
                case 2 -> (byte) (mutated[at] ^ 1 << random.nextInt(8));
                default -> (byte) (random.nextBoolean() ? 0x7F : 0xFF);
            };
        }
        return mutated;
    }
}
