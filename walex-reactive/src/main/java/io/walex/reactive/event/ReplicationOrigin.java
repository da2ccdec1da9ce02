package io.walex.reactive.event;

import io.walex.reactive.pgoutput.Lsn;
import org.jspecify.annotations.Nullable;

/**
 * Where a transaction was replicated from: it did not start on the server that it is read from. Whoever replicates in both
 * directions drops such transactions, or has the server do so ({@code WalExConfig.Builder.origin}), lest they go in
 * circles.
 *
 * @param name the replication origin's name, as {@code pg_replication_origin_create} was given it; that of a subscription
 *     is {@code pg_<its OID>}
 * @param lsn where the transaction committed on its origin; null where the server does not tell: of a transaction that was
 *     streamed before its commit, and where none was set
 * @see <a href="https://www.postgresql.org/docs/current/replication-origins.html">Replication Progress Tracking</a>
 * @see <a href="https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html#PROTOCOL-LOGICALREP-MESSAGE-FORMATS-ORIGIN">The
 *     Origin message</a>
 */
public record ReplicationOrigin(String name, @Nullable Lsn lsn) {}
