package io.walex.reactive.chaos;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.Position;
import java.util.ArrayList;
import java.util.List;

/** The rows that one consumer, or several that take turns, made something of. */
final class Received {

    private final String by;
    private final List<String> rows = new ArrayList<>();
    private final List<Position> positions = new ArrayList<>();

    Received(String by) {
        this.by = by;
    }

    synchronized void add(Event event) {
        rows.add(event.newRecord().get("writer") + ":" + event.newRecord().get("seq"));
        positions.add(event.position());
    }

    /** Leaves out what came before, as a consumer does that stores the last position with its effects. */
    synchronized void addOnce(Event event) {
        if (positions.isEmpty() || positions.get(positions.size() - 1).compareTo(event.position()) < 0) {
            add(event);
        }
    }

    String by() {
        return by;
    }

    synchronized List<String> rows() {
        return List.copyOf(rows);
    }

    synchronized List<Position> positions() {
        return List.copyOf(positions);
    }

    synchronized boolean endsWith(String row) {
        return !rows.isEmpty() && rows.get(rows.size() - 1).equals(row);
    }
}
