package io.walex.reactive.server;

import io.r2dbc.postgresql.api.ErrorDetails;
import io.r2dbc.postgresql.api.PostgresqlException;
import io.r2dbc.spi.R2dbcException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the server reported. Its text is in the language of the server ({@code lc_messages}), and so for people only; the
 * SQLSTATE and the routine decide.
 *
 * @param state the SQLSTATE
 * @param routine the server's function that reports; null where a pooler or the driver does
 * @param hinted whether the server gives a hint
 * @param says the text
 * @see <a href="https://www.postgresql.org/docs/current/protocol-error-fields.html">Error and notice message fields</a>
 */
public record Refusal(String state, @Nullable String routine, boolean hinted, String says) {

    /** Null where the error is none of the server's. */
    public static @Nullable Refusal of(Throwable error) {
        if (error instanceof ServerError server) {
            return new Refusal(
                    server.sqlState(), server.routine(), server.isHinted(), String.valueOf(server.getMessage()));
        }
        if (!(error instanceof R2dbcException sql) || sql.getSqlState() == null) {
            return null;
        }
        ErrorDetails details = error instanceof PostgresqlException told ? told.getErrorDetails() : null;
        return new Refusal(
                sql.getSqlState(),
                details == null ? null : details.getRoutine().orElse(null),
                details != null && details.getHint().isPresent(),
                String.valueOf(error.getMessage()));
    }

    public boolean hasState(String... states) {
        return List.of(states).contains(state);
    }

    public boolean isFrom(String... routines) {
        return routine != null && List.of(routines).contains(routine);
    }

    /** With the code, for what has no type of its own. */
    public String coded() {
        return says + " (SQLSTATE " + state + ")";
    }
}
