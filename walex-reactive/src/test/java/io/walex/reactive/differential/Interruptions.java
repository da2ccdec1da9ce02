package io.walex.reactive.differential;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.Row;
import io.walex.reactive.testsupport.TcpProxy;
import io.walex.reactive.testsupport.TestDatabase;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Ends a slot's walsender and its connection between a PREPARE and its COMMIT PREPARED, and from the first of them on after
 * random events.
 */
final class Interruptions implements Consumer<Event> {

    private static final int MOST_EVENTS_BETWEEN = 100;

    private final TestDatabase source;
    private final String slot;
    private final TcpProxy proxy;
    private final Random random;
    private int eventsToNext = -1;
    private int count;
    private int whilePrepared;

    Interruptions(TestDatabase source, String slot, TcpProxy proxy, Random random) {
        this.source = source;
        this.slot = slot;
        this.proxy = proxy;
        this.random = random;
    }

    /** How many connections were broken. */
    int count() {
        return count;
    }

    /** How many of them between a PREPARE and its COMMIT PREPARED. */
    int whilePrepared() {
        return whilePrepared;
    }

    @Override
    public void accept(Event event) {
        boolean prepared = isBetweenPrepareAndCommit(event);
        if (eventsToNext-- == 0 || prepared) {
            eventsToNext = random.nextInt(MOST_EVENTS_BETWEEN);
            boolean connected = proxy.openConnections() > 0;
            count += connected ? 1 : 0;
            whilePrepared += connected && prepared ? 1 : 0;
            interrupt();
        }
    }

    private static boolean isBetweenPrepareAndCommit(Event event) {
        Row row = event.newRecord();
        return event.name().equals("twophase")
                && row != null
                && PreparedTransactions.BETWEEN.equals(row.getText("filler"));
    }

    /** What the walsender has sent and was not read is lost too, or a small workload would have been sent whole by then. */
    private void interrupt() {
        proxy.reset();
        source.terminateWalsenders(slot);
    }
}
