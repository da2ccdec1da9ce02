package io.walex.reactive.codec;

import io.walex.reactive.testsupport.TestDatabase;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads as applications do. */
interface Driver {

    /**
     * Runs a query whose values are known.
     *
     * @param types of the columns
     * @param known each row's values
     * @return each row's values as the driver gives them; null where it has no class of the same meaning
     */
    List<List<@Nullable Object>> select(
            TestDatabase database, String sql, List<TypeCase> types, List<List<Object>> known) throws Exception;
}
