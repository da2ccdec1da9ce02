package io.walex.reactive.handler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.walex.reactive.handler.convention.TodoItem;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

class HandlerModulesTests {

    private static List<HandlerModule> find(String... tables) {
        return HandlerModules.inPackage(
                "io.walex.reactive.handler.convention", List.of(tables), HandlerModulesTests.class.getClassLoader());
    }

    @Test
    void findsModulesByTheirTablesName() {
        assertThat(find("user", "public.todo_item", "*", "sales.*"))
                .singleElement()
                .isInstanceOf(TodoItem.class);
        assertThat(HandlerModules.className("todo_items_2")).isEqualTo("TodoItems2");
    }

    @Test
    void readsTheTablesNameAsSubscribeDoes() {
        assertThat(find("\"my.schema\".todo_item")).hasSize(1);
        assertThat(find("public.\"todo_item\"")).hasSize(1);
        assertThat(find("\"todo_item.*\"")).isEmpty();
        assertThat(HandlerModules.className("todo.item")).isEqualTo("TodoItem");
    }

    @Test
    void makesAModuleOnceWhereTablesShareItsName() {
        assertThat(find("public.todo_item", "sales.todo_item")).hasSize(1);
    }

    @Test
    void saysWhatIsWrongWithAClassOfThatName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> find("not_a_module"))
                .withMessageContaining("is not a public HandlerModule");
    }

    @Test
    void aNameOfItsOwnStandsInErrors() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        Handlers.builder().onInsert("user", HandlerSpec.create().name("welcome")))
                .withMessage("welcome has neither a handler nor functions");
        assertThat(Handlers.builder().build().isEmpty()).isTrue();
    }

    @Test
    void refusesWhatCanNeverHandle() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Handlers.builder().module(on -> {}))
                .withMessageContaining("registers no handler");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Handlers.builder().onInsert("user", HandlerSpec.create()))
                .withMessage("onInsert user has neither a handler nor functions");
        assertThatIllegalArgumentException().isThrownBy(() -> Handlers.builder().chunkSize(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Handlers.builder().onInsert("public.", events -> Mono.empty()))
                .withMessageContaining("does not name a table");
    }
}
