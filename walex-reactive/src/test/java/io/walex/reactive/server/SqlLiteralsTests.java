package io.walex.reactive.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class SqlLiteralsTests {

    @Test
    void writesEachKind() {
        assertThat(SqlLiterals.replace("SELECT $1, $2, $3, $1", "a", 42, true)).isEqualTo("SELECT 'a', 42, true, 'a'");
    }

    @Test
    void writesLists() {
        assertThat(SqlLiterals.replace("= ANY ($1)", List.of("a", "it's")))
                .isEqualTo("= ANY (ARRAY['a', 'it''s']::text[])");
        assertThat(SqlLiterals.replace("= ANY ($1)", List.of())).isEqualTo("= ANY (ARRAY[]::text[])");
    }

    @Test
    void whatEndsAStringDoesNot() {
        assertThat(SqlLiterals.replace("$1", "'; DROP TABLE todo; --")).isEqualTo("'''; DROP TABLE todo; --'");
        assertThat(SqlLiterals.replace("$1", "\\'")).isEqualTo("E'\\\\'''");
    }

    @Test
    void aParameterInAValueIsText() {
        assertThat(SqlLiterals.replace("$1 $2", "$2", "\\1")).isEqualTo("'$2' E'\\\\1'");
    }

    @Test
    void refusesWhatHasNoLiteral() {
        assertThatIllegalArgumentException().isThrownBy(() -> SqlLiterals.replace("$1", "a\0b"));
        assertThatIllegalArgumentException().isThrownBy(() -> SqlLiterals.replace("$1", new Object()));
    }
}
