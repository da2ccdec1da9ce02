package io.walex.reactive.setup;

import io.walex.reactive.error.WalExException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Something that keeps a stream from starting. It is worded here only: a start fails with the first, a preflight tells all.
 *
 * @param subject what it is about: {@code replication slot "shop"}
 * @param problem what is the matter with the subject, as the predicate of a sentence
 * @param remedy what to do
 * @param type makes the exception that a start fails with
 */
public record Obstacle(String subject, String problem, String remedy, ErrorType type) {

    /** The constructor of an exception. */
    @FunctionalInterface
    public interface ErrorType {

        WalExException create(String message, @Nullable Throwable cause);
    }

    /** What a start fails with. */
    WalExException error() {
        return error(null);
    }

    WalExException error(@Nullable Throwable cause) {
        String sentence = subject + " " + problem + "; " + remedy;
        return type.create(Character.toUpperCase(sentence.charAt(0)) + sentence.substring(1), cause);
    }

    /** Fails with the first. */
    static Mono<Void> requireNone(List<Obstacle> obstacles) {
        return obstacles.isEmpty() ? Mono.empty() : Mono.error(obstacles.get(0).error());
    }
}
