package io.walex.reactive.benchmarks.server;

import java.util.List;

/**
 * Changes to be preloaded as WAL.
 *
 * @param name names the database, too
 * @param description one line for the report
 * @param schema what stands before the slot is made, statement by statement
 * @param load what is streamed, statement by statement
 * @param tables the tables that are subscribed to
 * @param sent how many rows the server sends
 * @param wanted how many of them are of subscribed tables; the last row sent is one
 */
public record Workload(
        String name,
        String description,
        List<String> schema,
        List<String> load,
        List<String> tables,
        long sent,
        long wanted) {}
