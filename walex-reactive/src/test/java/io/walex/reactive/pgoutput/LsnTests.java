package io.walex.reactive.pgoutput;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LsnTests {

    @ParameterizedTest
    @ValueSource(strings = {"0/0", "16/B374D848", "0/1", "1/0", "FFFFFFFF/FFFFFFFF", "80000000/0"})
    void textReadsBack(String text) {
        assertThat(Lsn.parse(text)).hasToString(text);
    }

    @Test
    void parsesLowerCaseAndLeadingZeros() {
        assertThat(Lsn.parse("0016/b374d848")).isEqualTo(Lsn.of(0x16_B374_D848L));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "16",
                "16/",
                "/16",
                "16/1/1",
                "16/G",
                "+1/0",
                "-1/0",
                " 1/0",
                "1/0 ",
                "123456789/0",
                "１/0"
            })
    void refusesGarbage(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Lsn.parse(text)).withMessageContaining("16/B374D848");
    }

    @Test
    void comparesUnsigned() {
        assertThat(Lsn.of(-1).isAfter(Lsn.of(1))).isTrue();
        assertThat(Lsn.of(Long.MIN_VALUE)).isGreaterThan(Lsn.of(Long.MAX_VALUE));
        assertThat(Lsn.INVALID.isAfter(Lsn.of(0))).isFalse();
    }
}
