package io.walex.reactive.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link TypeCases} without a server, from recorded forms. */
class TypeCodecsTests {

    record Recorded(TypeCase type, Object value, RecordedForms.Forms forms) {
        @Override
        public String toString() {
            return type + " " + (value.toString().length() > 60 ? "..." : value);
        }
    }

    static List<Recorded> recorded() throws Exception {
        List<RecordedForms.Forms> forms = RecordedForms.read();
        List<Recorded> recorded = new ArrayList<>();
        for (TypeCase type : TypeCases.all()) {
            for (Object value : type.values()) {
                recorded.add(new Recorded(type, value, forms.get(recorded.size())));
            }
        }
        assertThat(recorded).hasSameSizeAs(forms);
        return recorded;
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void textAndBinaryGiveTheValue(Recorded recorded) throws Exception {
        RecordedForms.Forms forms = recorded.forms();
        ColumnCodec codec = RecordedForms.registry().codec(forms.oid(), -1);
        Object fromText = codec.fromText(forms.text(), 0, forms.text().length);
        Object fromBinary = codec.fromBinary(forms.binary(), 0, forms.binary().length);
        assertThat(fromText).isEqualTo(recorded.value()).hasSameHashCodeAs(fromBinary);
        assertThat(fromBinary).isEqualTo(recorded.value());
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void textBecomesTheJsonOfTheValue(Recorded recorded) throws Exception {
        byte[] text = recorded.forms().text();
        ColumnCodec codec = RecordedForms.registry().codec(recorded.forms().oid(), -1);
        JsonBytes json = new JsonBytes(0);
        if (JsonValues.writeText(codec, text, 0, text.length, json)) {
            String ofValue = JsonValues.text(recorded.value());
            assertThat(JsonCodec.MAPPER.readTree(json.toString())).isEqualTo(JsonCodec.MAPPER.readTree(ofValue));
        } else {
            assertThat(json.size()).isZero();
        }
    }
}
