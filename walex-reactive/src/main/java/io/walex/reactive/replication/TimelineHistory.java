package io.walex.reactive.replication;

import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.server.Connector;
import java.util.HashMap;
import java.util.Map;
import reactor.core.publisher.Mono;

/**
 * Where a server's timelines ended, each by the promotion that began the next.
 *
 * @see <a href="https://www.postgresql.org/docs/current/protocol-replication.html">TIMELINE_HISTORY</a>
 */
public final class TimelineHistory {

    private final Map<Integer, Lsn> ends;

    private TimelineHistory(Map<Integer, Lsn> ends) {
        this.ends = ends;
    }

    /** Asks the server, on a replication connection of its own. */
    public static Mono<TimelineHistory> read(Connector connector, int timeline) {
        return Mono.usingWhen(
                        ReplicationConnection.connect(connector),
                        connection -> connector.answered(connection.command("TIMELINE_HISTORY " + timeline)),
                        ReplicationConnection::close)
                .map(rows -> parse(rows.get(0).get(1)));
    }

    /** Reads the lines of a history file: a timeline, where it ended, and why. */
    static TimelineHistory parse(String content) {
        Map<Integer, Lsn> ends = new HashMap<>();
        for (String line : content.split("\n")) {
            String[] fields = line.strip().split("\\s+", 3);
            if (fields.length >= 2 && !fields[0].startsWith("#")) {
                ends.put(Integer.parseInt(fields[0]), Lsn.parse(fields[1]));
            }
        }
        return new TimelineHistory(ends);
    }

    /** Where the timeline ended; {@link Lsn#INVALID} when it is none of this history's. */
    public Lsn endOf(int timeline) {
        return ends.getOrDefault(timeline, Lsn.INVALID);
    }
}
