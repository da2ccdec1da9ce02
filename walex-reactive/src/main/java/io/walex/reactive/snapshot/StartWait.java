package io.walex.reactive.snapshot;

import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.replication.SubscriptionLoop;
import io.walex.reactive.server.Connector;
import io.walex.reactive.server.ServerConnection;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * Waits, before a snapshot reads its first chunk, for what an earlier process may have been given and nobody can see yet.
 * Confined to the subscription's event loop, but for its queries.
 */
final class StartWait {

    private static final Logger LOG = LoggerFactory.getLogger("io.walex.reactive.WalEx");

    private static final Duration BETWEEN = Duration.ofMillis(100);

    /** Looks until it is warned of, and between two warnings. */
    private static final int LOOKS_BEFORE_WARNING = 100;

    /** What an earlier process was given, was flushed before. */
    private static final String PLACE = """
            SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_flush_lsn() END::text
                   AS flushed,
                   (SELECT setting FROM pg_settings WHERE name = 'wal_writer_delay') AS delay""";

    /**
     * Where the server is.
     *
     * @param flushed the stream must have been here before a row is handed out
     * @param walWriterDelay a third of the time in which a commit is flushed
     */
    record Place(Lsn flushed, Duration walWriterDelay) {}

    private final Connector connector;
    private final SubscriptionLoop loop;
    private final String role;
    private final Set<Integer> delivered = new HashSet<>();
    private @Nullable StartGuard guard;
    private int looks;
    private boolean over;

    StartWait(Connector connector, SubscriptionLoop loop, String role) {
        this.connector = connector;
        this.loop = loop;
        this.role = role;
    }

    /** A transaction was delivered, from which on chunks are checked against it. */
    void delivered(int xid) {
        if (!over) {
            delivered.add(xid);
        }
    }

    /** Where the server is, when nothing is waited for any more. */
    Mono<Place> passed() {
        return Mono.defer(this::look)
                .subscribeOn(loop.scheduler())
                .publishOn(loop.scheduler())
                .doOnNext(this::looked)
                .filter(StartGuard::isOver)
                .repeatWhenEmpty(Integer.MAX_VALUE, ends -> ends.delayElements(BETWEEN, loop.scheduler()))
                .then(Mono.defer(() -> ServerConnection.use(
                        connector, server -> server.rows(PLACE).single().map(StartWait::place))))
                .publishOn(loop.scheduler());
    }

    private static Place place(Map<String, @Nullable String> row) {
        return new Place(
                Lsn.parse(ServerConnection.text(row, "flushed")),
                Duration.ofMillis(Long.parseLong(ServerConnection.text(row, "delay"))));
    }

    private Mono<StartGuard> look() {
        StartGuard before = guard;
        Set<Integer> known = Set.copyOf(delivered);
        return ServerConnection.use(
                connector,
                server -> (before == null ? StartGuard.begin(server) : Mono.just(before))
                        .flatMap(running -> running.stillOpen(server, known::contains)));
    }

    private void looked(StartGuard still) {
        guard = still;
        over = still.isOver();
        // Others are not waited for.
        delivered.retainAll(still.open().stream().map(open -> (int) open.xid()).collect(Collectors.toSet()));
        if (!over && ++looks % LOOKS_BEFORE_WARNING == 0) {
            LOG.warn(still.warning(role));
        }
    }
}
