package io.walex.reactive.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SessionSettingsTests {

    private static List<String> inForce() {
        List<String> row = new ArrayList<>(List.of("4711"));
        row.addAll(SessionSettings.PINNED.values());
        row.add("0");
        return row;
    }

    @Test
    void givesTheProcessWhereAllIsInForce() {
        assertThat(SessionSettings.backendPid(List.of(inForce()))).isEqualTo(4711);
    }

    @Test
    void namesWhatIsNotInForce() {
        for (int i = 1; i <= SessionSettings.PINNED.size(); i++) {
            String name = List.copyOf(SessionSettings.PINNED.keySet()).get(i - 1);
            List<String> row = inForce();
            row.set(i, "evil, public");

            assertThatThrownBy(() -> SessionSettings.backendPid(List.of(row)))
                    .isInstanceOf(ForeignSessionException.class)
                    .hasMessageContaining(name + " = 'evil, public'")
                    .hasMessageContaining("connect to the server itself");
        }
    }

    /** It runs before it is known what names mean. */
    @Test
    void statementLeavesNoNameToTheSearchPath() {
        String statement = SessionSettings.statement();

        assertThat(statement.replaceAll("pg_catalog\\.\\w+\\(", "(")).doesNotContainPattern("\\w\\(");
        assertThat(statement.replaceAll("'[^']*'", "''")).doesNotContainPattern("::|\\bCAST\\b|[-+*/<>=~!@#%^&|`?]");
    }
}
