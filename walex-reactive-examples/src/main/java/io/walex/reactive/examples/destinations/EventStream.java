package io.walex.reactive.examples.destinations;

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
        XAddArgs id = new XAddArgs().id(id(event.position()));
        return redis.xadd(stream, id, Map.of("event", EventJson.toJson(event)))
                .onErrorResume(RedisCommandExecutionException.class, this::ignoreRepetition);
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
