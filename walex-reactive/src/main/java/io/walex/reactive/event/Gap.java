package io.walex.reactive.event;

import io.walex.reactive.pgoutput.Lsn;

/**
 * A stretch of WAL whose changes were not delivered, because the temporary slot that kept them went with its
 * connection. Changes up to {@code after} were confirmed. Some beyond that may have been delivered. None of the others
 * before {@code until} will be. After a failover to a standby that was behind, {@code until} may lie before {@code
 * after}.
 *
 * @param after what was confirmed last
 * @param until where the next slot begins
 * @param because how the connection was lost
 */
public record Gap(Lsn after, Lsn until, Throwable because) {}
