package io.walex.reactive.differential;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A statement that does to a copy what an event tells.
 *
 * @param changesOneRow whether it must; if not, it is a change of the schema or a truncation
 */
record Change(String sql, List<@Nullable String> parameters, boolean changesOneRow) {

    static Change row(String sql, List<@Nullable String> parameters) {
        return new Change(sql, parameters, true);
    }

    static Change other(String sql) {
        return new Change(sql, List.of(), false);
    }
}
