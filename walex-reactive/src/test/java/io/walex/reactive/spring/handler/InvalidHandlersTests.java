package io.walex.reactive.spring.handler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.Row;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.support.GenericApplicationContext;

/** Methods that could never be called, and what is said of them before anything connects. */
class InvalidHandlersTests {

    record User(int id) {}

    static class Result {
        @OnInsert("user")
        String run(Event event) {
            return "";
        }
    }

    static class Payload {
        @OnInsert("user")
        void run(int id) {}
    }

    static class RowOfATruncate {
        @OnTruncate("user")
        void run(Row row) {}
    }

    static class RowOfAnyEvent {
        @OnEvent("user")
        void run(User user) {}
    }

    static class TextOfARow {
        @OnInsert("user")
        void run(String text) {}
    }

    static class ListAndMore {
        @OnInsert("user")
        void run(List<User> users, Event event) {}
    }

    static class NoTable {
        @OnInsert
        void run(Event event) {}
    }

    static class NoPrefix {
        @OnMessage
        void run(Event event) {}
    }

    static class TwoTables {
        @OnInsert("user")
        @OnDelete("account")
        void run(Event event) {}
    }

    static class WrongTable {
        @OnInsert("public.")
        void run(Event event) {}
    }

    static class ParallelList {
        @OnInsert("user")
        @InParallel
        void run(List<User> users) {}
    }

    static class NoDeadLetters {
        @OnInsert("user")
        @OnFailure(deadLetters = "nowhere")
        void run(Event event) {}
    }

    static class Retries {
        @OnInsert("user")
        @OnFailure(retries = "many")
        void run(Event event) {}
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Result         | Result.run(Event): it returns String, of which nothing says when the events are done with
            Payload        | Payload.run(int): a row cannot be mapped onto int
            RowOfATruncate | takes a row, and events of @OnTruncate may have none
            RowOfAnyEvent  | takes a row, and events of @OnEvent may have none
            TextOfARow     | a parameter of type String takes @OnMessage
            ListAndMore    | a List is the only parameter of its method
            NoTable        | nothing names its table
            NoPrefix       | @OnMessage needs a prefix
            TwoTables      | its annotations name several tables, [user, account]
            WrongTable     | does not name a table
            ParallelList   | a method that takes a List cannot be @InParallel
            NoDeadLetters  | there is no DeadLetters bean "nowhere"
            Retries        | retries must be a number of at least 0, was "many"
            """)
    void saysWhatIsWrong(String handler, String message) throws Exception {
        Class<?> type = Class.forName(InvalidHandlersTests.class.getName() + "$" + handler);
        try (GenericApplicationContext context = new GenericApplicationContext()) {
            context.registerBeanDefinition("handler", new RootBeanDefinition(type));
            context.refresh();

            assertThatThrownBy(() -> AnnotatedHandlers.of(context.getBeanFactory()))
                    .isInstanceOf(InvalidHandlerException.class)
                    .hasMessageContaining(message);
        }
    }

    @Test
    void theAllowedFormsNameEachAnnotation() {
        assertThat(InvalidHandlerException.allowed())
                .contains(Subject.ANNOTATIONS.stream()
                        .filter(annotation -> annotation != OnEvent.class)
                        .map(annotation -> "@" + annotation.getSimpleName())
                        .toList());
    }

    @Test
    void aClassWithoutHandlersHasNoModule() {
        try (GenericApplicationContext context = new GenericApplicationContext()) {
            context.registerBean("text", String.class, () -> "text");
            context.refresh();

            assertThat(AnnotatedHandlers.of(context.getBeanFactory())).isEmpty();
        }
    }
}
