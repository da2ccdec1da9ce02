package io.walex.reactive.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.walex.reactive.pgoutput.Frames;
import io.walex.reactive.pgoutput.PgOutputDecoder;
import io.walex.reactive.pgoutput.PgOutputMessage;
import io.walex.reactive.pgoutput.TupleData;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class RowKeyTests {

    private static TupleData row(int columns, UnaryOperator<Frames> values) {
        Frames insert = Frames.message('I').int32(16384).letter('N').columns(columns);
        return ((PgOutputMessage.Insert)
                        PgOutputDecoder.decode(values.apply(insert).buffer(), false, 1))
                .newTuple();
    }

    private static RowKey key(TupleData row, int... columns) {
        return RowKey.of(row, columns);
    }

    @Test
    void isEqualByTheKeysColumns() {
        TupleData one = row(3, values -> values.text("1").text("a").text("x"));
        TupleData same = row(4, values -> values.text("y").text("1").text("a").text("z"));

        assertThat(key(one, 0, 1)).isEqualTo(key(same, 1, 2)).hasSameHashCodeAs(key(same, 1, 2));
        assertThat(key(one, 0, 1)).isNotEqualTo(key(one, 1, 0)).isNotEqualTo(key(one, 0, 2));
    }

    @Test
    void doesNotMixColumns() {
        assertThat(key(row(2, values -> values.text("1").text("23")), 0, 1))
                .isNotEqualTo(key(row(2, values -> values.text("12").text("3")), 0, 1));
        assertThat(key(row(1, values -> values.text("")), 0)).isNotEqualTo(key(row(1, Frames::nullColumn), 0));
        assertThat(key(row(1, Frames::nullColumn), 0)).isEqualTo(key(row(1, Frames::nullColumn), 0));
    }

    @Test
    void comesBackFromItsBytes() {
        RowKey key = key(row(2, values -> values.text("1").nullColumn()), 0, 1);

        assertThat(RowKey.ofBytes(key.bytes())).isEqualTo(key);
    }

    @Test
    void refusesAKeyThatWasLeftOut() {
        TupleData row = row(2, values -> values.text("1").unchanged());

        assertThatIllegalArgumentException()
                .isThrownBy(() -> key(row, 0, 1))
                .withMessage("Column 2 of a key was left out of its row: take it from the old row");
    }
}
