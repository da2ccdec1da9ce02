package io.walex.reactive.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.error.WalExException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.env.Environment;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.ArgumentResolver;
import org.springframework.mock.env.MockEnvironment;

/** What is printed when the stream keeps an application from starting. */
class WalExFailureAnalyzerTests {

    /** They come while a stream runs, or say all that there is to say. */
    private static final Set<String> NOT_AT_THE_START =
            Set.of("ServerException", "SlotLostException", "SpillException", "TransactionAbandonedException");

    private final MockEnvironment environment = new MockEnvironment()
            .withProperty("walex.publication", "shop events")
            .withProperty("walex.slot.name", "shop")
            .withProperty("walex.username", "app");

    static Stream<Class<?>> errors() throws Exception {
        try (Stream<Path> files = Files.list(Path.of("src/main/java/io/walex/reactive/error"))) {
            List<String> names = files.map(file -> file.getFileName().toString().replace(".java", ""))
                    .filter(name -> !name.equals("package-info") && !name.equals("WalExException"))
                    .filter(name -> !NOT_AT_THE_START.contains(name))
                    .toList();
            assertThat(names).isNotEmpty();
            return names.stream().<Class<?>>map(WalExFailureAnalyzerTests::error);
        }
    }

    private static Class<?> error(String name) {
        try {
            return Class.forName("io.walex.reactive.error." + name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private FailureAnalysis analyze(Class<?> type) throws Exception {
        var error = (WalExException)
                type.getConstructor(String.class, Throwable.class).newInstance("what happened", null);
        return new WalExFailureAnalyzer(environment).analyze(new IllegalStateException("start failed", error));
    }

    @ParameterizedTest
    @MethodSource("errors")
    void eachErrorOfTheStartHasARemedy(Class<?> type) throws Exception {
        FailureAnalysis analysis = analyze(type);

        assertThat(analysis.getDescription()).isEqualTo("what happened");
        assertThat(analysis.getAction()).isNotBlank().doesNotContain("%");
    }

    @Test
    void theSqlHasTheNamesOfTheProperties() throws Exception {
        assertThat(analyze(error("PublicationNotFoundException")).getAction())
                .contains("CREATE PUBLICATION \"shop events\" FOR TABLE");
        assertThat(analyze(error("SlotNotFoundException")).getAction())
                .contains("SELECT pg_create_logical_replication_slot('shop', 'pgoutput');");
        assertThat(analyze(error("SlotInUseException")).getAction()).contains("WHERE s.slot_name = 'shop';");
        assertThat(analyze(error("InsufficientPrivilegeException")).getAction())
                .contains("ALTER ROLE \"app\" REPLICATION;");
        assertThat(analyze(error("WalLevelException")).getAction()).contains("ALTER SYSTEM SET wal_level = logical;");
    }

    @Test
    void springBootFindsTheAnalyzers() {
        ArgumentResolver arguments = ArgumentResolver.of(Environment.class, environment)
                .and(BeanFactory.class, new DefaultListableBeanFactory());

        assertThat(SpringFactoriesLoader.forDefaultResourceLocation()
                        .load(
                                // Others need libraries that are not there.
                                FailureAnalyzer.class, arguments, (type, name, failure) -> {}))
                .hasAtLeastOneElementOfType(WalExFailureAnalyzer.class)
                .hasAtLeastOneElementOfType(InvalidHandlerFailureAnalyzer.class);
    }
}
