package io.walex.reactive.setup;

import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.event.TablePattern;
import io.walex.reactive.server.TableSelection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** What the server need look at for table patterns: at least what they cover. */
public final class TableSelections {

    private TableSelections() {}

    public static TableSelection subscribed(WalExConfig config) {
        return of(config.subscriptions().stream().map(TablePattern::parse).toList());
    }

    public static TableSelection of(Collection<TablePattern> patterns) {
        List<String> schemas = new ArrayList<>();
        List<String> tables = new ArrayList<>();
        for (TablePattern pattern : patterns) {
            if (pattern.table() != null) {
                tables.add(pattern.table());
            } else if (pattern.schema() != null) {
                schemas.add(pattern.schema());
            } else {
                return TableSelection.ALL;
            }
        }
        return new TableSelection(false, schemas, tables);
    }
}
