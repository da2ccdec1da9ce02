package io.walex.reactive.examples.destinations;

import io.lettuce.core.RedisClient;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanStream;
import io.lettuce.core.api.reactive.RedisKeyReactiveCommands;
import io.walex.reactive.event.Event;
import io.walex.reactive.event.Row;
import io.walex.reactive.handler.HandlerModule;
import io.walex.reactive.handler.HandlerRegistry;
import java.util.List;
import java.util.Objects;
import reactor.core.publisher.Mono;

/**
 * Removes {@code user:<id>} from Redis whenever that user changed or went, and all of them when the table was
 * truncated. A row that a snapshot or backfill reads is removed too, since a change of it may have been missed before. To
 * remove twice does no harm, so it needs no more care.
 */
public final class CacheInvalidation implements HandlerModule {

    private final RedisKeyReactiveCommands<String, String> redis;

    public CacheInvalidation(RedisKeyReactiveCommands<String, String> redis) {
        this.redis = redis;
    }

    @Override
    public void register(HandlerRegistry<?> on) {
        on.onUpdate("user", this::invalidate)
                .onDelete("user", this::invalidate)
                .onRead("user", this::invalidate)
                .onTruncate("user", truncated -> invalidateAll());
    }

    private Mono<Long> invalidate(List<Event> users) {
        return redis.del(users.stream().map(CacheInvalidation::key).distinct().toArray(String[]::new));
    }

    private Mono<Void> invalidateAll() {
        return ScanStream.scan(redis, ScanArgs.Builder.matches("user:*").limit(1000))
                .buffer(1000)
                .concatMap(keys -> redis.del(keys.toArray(String[]::new)))
                .then();
    }

    /** The key before the change, where that was changed: it is what the cache knows. */
    private static String key(Event event) {
        Row before = event.oldRecord();
        return "user:"
                + Objects.requireNonNull(before == null ? event.newRecord() : before)
                        .getText("id");
    }

    /** Arguments: PostgreSQL's URL, Redis's. */
    public static void main(String[] arguments) {
        try (RedisClient client = RedisClient.create(arguments[1])) {
            Destination.run(
                            arguments[0],
                            "cache",
                            new CacheInvalidation(client.connect().reactive()))
                    .block();
        }
    }
}
