package io.walex.reactive.examples.destinations;

import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.XAddArgs;
import io.lettuce.core.api.reactive.RedisStreamReactiveCommands;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.EventJson;
import io.walex.reactive.event.Position;
import io.walex.reactive.handler.EventHandler;
import io.walex.reactive.handler.HandlerModule;
import io.walex.reactive.handler.HandlerRegistry;
import java.util.Map;
import reactor.core.publisher.Mono;

/**
 * Appends every event to a stream in Redis, in commit order and exactly once: an entry's id is made of the event's position,
 * and Redis refuses an id that is not above the last. A PostgreSQL that was restored to an earlier point gives positions
 * again, to other events: go on with another stream then, as this one would take all of them for repetitions.
 *
 * <p>A row of a snapshot goes behind the last entry. Its position would not do: a row that is read later may have the same.
 * A row that comes again after a crash is there twice.
 */
public final class EventStream implements HandlerModule {

    private final RedisStreamReactiveCommands<String, String> redis;
    private final String stream;

    public EventStream(RedisStreamReactiveCommands<String, String> redis, String stream) {
        this.redis = redis;
        this.stream = stream;
    }

    @Override
    public void register(HandlerRegistry<?> on) {
        on.onEvent("*", EventHandler.each(this::append));
    }

    private Mono<String> append(Event event) {
        return switch (event.type()) {
            case READ, SNAPSHOT_COMPLETED -> nextId().flatMap(id -> append(id, event));
            default ->
                append(id(event.position()), event)
                        .onErrorResume(RedisCommandExecutionException.class, this::ignoreRepetition);
        };
    }

    private Mono<String> append(String id, Event event) {
        return redis.xadd(stream, new XAddArgs().id(id), Map.of("event", EventJson.toJson(event)));
    }

    /** Behind the last entry. Nobody else writes to the stream. */
    private Mono<String> nextId() {
        return redis.xrevrange(stream, Range.unbounded(), Limit.from(1))
                .next()
                .map(last -> last.getId().split("-"))
                .map(last -> last[0] + "-" + (Long.parseLong(last[1]) + 1))
                .defaultIfEmpty("0-1");
    }

    private Mono<String> ignoreRepetition(RedisCommandExecutionException error) {
        return String.valueOf(error.getMessage()).contains("equal or smaller") ? Mono.empty() : Mono.error(error);
    }

    static String id(Position position) {
        return Long.toUnsignedString(position.commitLsn().value()) + "-" + position.ordinal();
    }

    /** Arguments: PostgreSQL's URL, Redis's, the stream's name. */
    public static void main(String[] arguments) {
        try (RedisClient client = RedisClient.create(arguments[1])) {
            Destination.run(
                            arguments[0],
                            "stream",
                            new EventStream(client.connect().reactive(), arguments[2]))
                    .block();
        }
    }
}
