package io.walex.reactive.event;

import io.walex.reactive.pgoutput.Lsn;
import org.jspecify.annotations.Nullable;

/**
 * Where a transaction was replicated from that did not start on the server that it is read from. Whoever replicates in
 * both directions drops such transactions, or lets the server do so ({@code WalExConfig.Builder.origin}). Else they go
 * in circles.
 *
 * @param name the replication origin's name, as {@code pg_replication_origin_create} was given it; that of a
 *     subscription is {@code pg_<its OID>}
 * @param lsn where the transaction committed on its origin; null when the server does not tell it, of a transaction
 *     that was streamed before its commit, and when none was set
 * @see <a href="https://www.postgresql.org/docs/current/replication-origins.html">Replication Progress Tracking</a>
 * @see <a href="https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html#PROTOCOL-LOGICALREP-MESSAGE-FORMATS-ORIGIN">The
 *     Origin message</a>
 */
public record ReplicationOrigin(String name, @Nullable Lsn lsn) {}
