package io.walex.reactive.snapshot;

import static io.walex.reactive.server.ServerConnection.text;

import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.InsufficientPrivilegeException;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.event.PublishedTables;
import io.walex.reactive.event.TablePattern;
import io.walex.reactive.server.ServerConnection;
import io.walex.reactive.server.SqlLiterals;
import io.walex.reactive.snapshot.PublishedHeaps.PublishedHeap;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Finds the tables that a snapshot is to read, and all that reading them takes. */
final class SourceCatalog {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final ServerConnection server;
    private final WalExConfig config;

    SourceCatalog(ServerConnection server, WalExConfig config) {
        this.server = server;
        this.config = config;
    }

    /**
     * Those of the published tables that the patterns name and that are subscribed to; two queries, however many there are.
     *
     * @return fails with {@link InvalidConfigException} where a pattern names no such table, and where the rows that the
     *     role would see are not all; with {@link InsufficientPrivilegeException} where it may not read a table
     */
    Mono<List<SourceTable>> tables(List<TablePattern> patterns) {
        return PublishedHeaps.of(server, config.publications())
                .map(published -> chosen(published, patterns))
                .flatMap(this::described);
    }

    private List<PublishedHeap> chosen(List<PublishedHeap> published, List<TablePattern> patterns) {
        Set<PublishedHeap> chosen = new LinkedHashSet<>();
        for (TablePattern pattern : patterns) {
            List<PublishedHeap> named =
                    published.stream().filter(heap -> heap.isNamedBy(pattern)).toList();
            if (named.isEmpty()) {
                throw unpublished(published, pattern);
            }
            List<PublishedHeap> subscribed = named.stream()
                    .filter(heap -> config.isSubscribed(heap.schema(), heap.table()))
                    .toList();
            if (subscribed.isEmpty()) {
                throw new InvalidConfigException(
                        "The snapshot is to read \"%s\", which is not subscribed to: subscriptions are %s; add it to subscribe(...), or leave it out of the snapshot"
                                .formatted(pattern, config.subscriptions()),
                        null);
            }
            chosen.addAll(subscribed);
        }
        return List.copyOf(chosen);
    }

    private InvalidConfigException unpublished(List<PublishedHeap> published, TablePattern pattern) {
        PublishedTables tables = new PublishedTables(
                config.publications(),
                published.stream()
                        .map(heap -> new PublishedTables.Entry(heap.schema(), heap.table(), List.of()))
                        .distinct()
                        .toList());
        String leafOf = published.stream()
                .filter(heap -> heap.isLeafNamedBy(pattern))
                .findFirst()
                .map(heap -> "; it is a partition of \"%s.%s\", as which its changes come: name that"
                        .formatted(heap.schema(), heap.table()))
                .orElse("; ALTER PUBLICATION ... ADD TABLE ..., or name another table. Views, foreign tables and"
                        + " unlogged tables cannot be published");
        return new InvalidConfigException(
                "The snapshot is to read a table that is not published: "
                        + tables.missing(pattern)
                                .orElse("\"%s\" covers no table of publication %s"
                                        .formatted(pattern, config.publications()))
                        + leafOf,
                null);
    }

    private Mono<List<SourceTable>> described(List<PublishedHeap> heaps) {
        return server.rows(
                        SourceSql.tables(server.version()),
                        heaps.stream().map(PublishedHeap::heap).toList(),
                        heaps.stream().map(PublishedHeap::published).toList(),
                        heaps.stream().map(PublishedHeap::publications).toList())
                .map(this::table)
                .collectList();
    }

    private SourceTable table(Map<String, @Nullable String> row) {
        String name =
                SqlLiterals.identifier(text(row, "heap_schema")) + "." + SqlLiterals.identifier(text(row, "heap_name"));
        requireReadable(name, row);
        int published = Integer.parseUnsignedInt(text(row, "published"));
        RelationSql.Described described = RelationSql.relation(published, row);
        List<String> columns = described.relation().columns().stream()
                .map(column -> column.name())
                .toList();
        List<SourceTable.KeyOperators> operators = new ArrayList<>();
        int[] key = key(row.get("key"), columns, operators);
        int blockSize = Integer.parseInt(text(row, "block_size"));
        return new SourceTable(
                Integer.parseUnsignedInt(text(row, "heap")),
                name,
                described.relation(),
                text(row, "attributes"),
                key,
                key.length == 0 ? List.of() : operators,
                filter(row.get("filters")),
                config.binary() ? described.binary() : new boolean[columns.size()],
                number(row, "filenode"),
                (number(row, "heap_bytes") + blockSize - 1) / blockSize,
                blockSize,
                number(row, "bytes"),
                "heap".equals(row.get("access_method")));
    }

    private void requireReadable(String name, Map<String, @Nullable String> row) {
        String role = SqlLiterals.identifier(config.username());
        if (!"true".equals(row.get("may_use"))) {
            throw new InsufficientPrivilegeException(
                    "The snapshot cannot read table %s: role %s may not use its schema; GRANT USAGE ON SCHEMA %s TO %s"
                            .formatted(name, role, SqlLiterals.identifier(text(row, "heap_schema")), role),
                    null);
        }
        if (!"true".equals(row.get("may_read"))) {
            throw new InsufficientPrivilegeException(
                    "The snapshot cannot read table %s: role %s has no SELECT right on it, which must be on the whole table for it to be locked against changes of its columns; GRANT SELECT ON TABLE %s TO %s"
                            .formatted(name, role, name, role),
                    null);
        }
        if ("true".equals(row.get("row_security"))) {
            throw new InsufficientPrivilegeException(
                    "The snapshot cannot read table %s: its row level security would hide rows from role %s whose changes are streamed; ALTER ROLE %s BYPASSRLS, or have the snapshot leave the table out"
                            .formatted(name, role, role),
                    null);
        }
    }

    /** All of the key, or nothing. */
    private static int[] key(@Nullable String json, List<String> columns, List<SourceTable.KeyOperators> operators) {
        JsonNode described = JSON.readTree(json == null ? "[]" : json);
        int[] key = new int[described.size()];
        for (JsonNode column : described) {
            int index = columns.indexOf(column.get(0).stringValue());
            if (index < 0 || column.get(1).isNull()) {
                return new int[0];
            }
            key[operators.size()] = index;
            operators.add(new SourceTable.KeyOperators(
                    column.get(1).stringValue(),
                    column.get(2).stringValue(),
                    column.get(3).stringValue(),
                    column.get(4).booleanValue()));
        }
        return key;
    }

    private static String filter(@Nullable String json) {
        if (json == null) {
            return "";
        }
        List<String> filters = new ArrayList<>();
        JSON.readTree(json).forEach(each -> filters.add("(" + each.stringValue() + ")"));
        return String.join(" OR ", new LinkedHashSet<>(filters));
    }

    private static long number(Map<String, @Nullable String> row, String column) {
        String value = row.get(column);
        return value == null ? 0 : Long.parseLong(value);
    }
}
