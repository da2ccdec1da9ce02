package io.walex.reactive.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walex.reactive.pgoutput.Lsn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PositionTests {

    @Test
    void readsWhatItWrites() {
        Position position = new Position(Lsn.parse("16/B374D848"), 3);

        assertThat(position).hasToString("16/B374D848:3");
        assertThat(Position.parse("16/B374D848:3")).isEqualTo(position);
    }

    @Test
    void holdsWhereInTheLogAChangeIs() {
        Position position =
                new Position(Lsn.parse("16/B374D848"), Lsn.parse("16/B374D7F0").value());

        assertThat(position).hasToString("16/B374D848:97500059632");
        assertThat(Position.parse(position.toString())).isEqualTo(position);
    }

    @Test
    void ordersByCommitAndThenByOrdinal() {
        assertThat(Position.parse("0/10:9")).isLessThan(Position.parse("0/11:0"));
        assertThat(Position.parse("0/10:2")).isLessThan(Position.parse("0/10:10"));
        assertThat(Position.parse("FFFFFFFF/0:0")).isGreaterThan(Position.parse("7FFFFFFF/0:0"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                "0/10",
                "0/10:",
                "0/10:-1",
                "0/10:+1",
                "0/10:x",
                "0/10:9999999999999999999",
                "g/1:1",
                "0/10:1 "
            })
    void refusesOtherText(String text) {
        assertThatThrownBy(() -> Position.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not a position");
    }

    @Test
    void refusesNegativeOrdinals() {
        assertThatThrownBy(() -> new Position(Lsn.INVALID, -1)).isInstanceOf(IllegalArgumentException.class);
    }
}
