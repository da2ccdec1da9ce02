package io.walex.reactive;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.r2dbc.postgresql.PostgresqlConnectionConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.postgresql.PostgresqlConnectionFactoryProvider;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactories;
import io.walex.reactive.server.Connector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;

class ArchitectureTests {

    private static final String ROOT = "io.walex.reactive";

    private static final JavaClasses LIBRARY = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    @ParameterizedTest(name = "{0} uses {1}")
    @CsvSource(nullValues = "nothing", delimiter = '|', textBlock = """
                    pgoutput    | nothing
                    codec       | pgoutput
                    event       | pgoutput codec
                    replication | pgoutput
                    root        | pgoutput codec event replication
                    handler     | root event
                    spool       | root event pgoutput
                    sync        | root event
                    spring      | pgoutput codec event replication root handler sync
                    """)
    void packagesDependInOneDirection(String from, String to) {
        String[] own = {patternOf(from)};
        String[] allowed = to == null
                ? own
                : Stream.concat(Stream.of(own), Stream.of(to.split(" ")).map(ArchitectureTests::patternOf))
                        .toArray(String[]::new);
        DescribedPredicate<JavaClass> library = resideInAnyPackage(ROOT + "..");

        noClasses()
                .that()
                .resideInAPackage(patternOf(from))
                .should()
                .dependOnClassesThat(library.and(DescribedPredicate.not(resideInAnyPackage(allowed))))
                .allowEmptyShould(true)
                .check(LIBRARY);
    }

    private static String patternOf(String name) {
        return name.equals("root") ? ROOT : ROOT + "." + name + "..";
    }

    @Test
    void pictureShowsEveryPackage() throws IOException {
        Stream<String> drawn = Pattern.compile("^\\| (root|`([a-z.]+)`) \\|", Pattern.MULTILINE)
                .matcher(Files.readString(Path.of("../ARCHITECTURE.md")))
                .results()
                .map(row -> row.group(2) == null ? ROOT : ROOT + "." + row.group(2));

        assertThat(drawn)
                .containsExactlyInAnyOrderElementsOf(
                        LIBRARY.stream().map(JavaClass::getPackageName).collect(Collectors.toSet()));
    }

    @Test
    void protocolNeedsOnlyJavaAndABuffer() {
        classes()
                .that()
                .resideInAPackage(patternOf("pgoutput"))
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                        patternOf("pgoutput"),
                        "java.lang..",
                        "java.nio..",
                        "java.time..",
                        "java.util..",
                        "io.netty.buffer",
                        "org.jspecify.annotations"))
                .check(LIBRARY);
    }

    @Test
    void everyPackageIsNullMarked() {
        Stream<String> unmarked = LIBRARY.stream()
                .map(JavaClass::getPackage)
                .distinct()
                .filter(javaPackage -> !javaPackage.isAnnotatedWith(NullMarked.class))
                .map(JavaPackage::getName);

        assertThat(unmarked).isEmpty();
    }

    @Test
    void nothingBlocks() {
        noClasses()
                .should()
                .callMethodWhere(calls(Thread.class, "sleep"))
                .orShould()
                .accessTargetWhere(DescribedPredicate.describe(
                        "a publisher is blocked on",
                        access -> access.getTargetOwner().isAssignableTo(Publisher.class)
                                && access.getName().startsWith("block")))
                .check(LIBRARY);
    }

    /** Subscribing a {@link Subscriber} is how an operator is built; subscribing callbacks starts work on the side. */
    @Test
    void nothingSubscribesOnTheSide() {
        noClasses()
                .should()
                .callMethodWhere(DescribedPredicate.describe(
                        "callbacks are subscribed to a publisher",
                        call -> call.getTargetOwner().isAssignableTo(Publisher.class)
                                && call.getName().equals("subscribe")
                                && call.getTarget().getRawParameterTypes().stream()
                                        .noneMatch(assignableTo(Subscriber.class))))
                .check(LIBRARY);
    }

    @Test
    void namesSayWhatAClassIs() {
        noClasses()
                .should()
                .haveNameMatching(".*(Impl|Utils?|Helpers?|Manager)(\\$.*)?")
                .check(LIBRARY);
    }

    /**
     * All SQL runs on connections that {@link Connector} made, and so with its settings: names mean what they mean in {@code
     * pg_catalog}.
     */
    @Test
    void connectionsAreMadeInOnePlace() {
        noClasses()
                .that()
                .doNotBelongToAnyOf(Connector.class)
                .should()
                .callConstructor(PostgresqlConnectionFactory.class, PostgresqlConnectionConfiguration.class)
                .orShould()
                .dependOnClassesThat()
                .belongToAnyOf(
                        ConnectionFactories.class,
                        PostgresqlConnectionFactoryProvider.class,
                        DriverManager.class,
                        DataSource.class)
                .check(LIBRARY);
        noClasses()
                .that()
                .doNotHaveSimpleName("DriverConfiguration")
                .should()
                .callMethod(PostgresqlConnectionConfiguration.class, "builder")
                .check(LIBRARY);
        noClasses()
                .that()
                .doNotHaveSimpleName("ServerConnection")
                .should()
                .callMethodWhere(DescribedPredicate.describe(
                        "a statement is made",
                        call -> call.getTargetOwner().isAssignableTo(Connection.class)
                                && List.of("createStatement", "createBatch").contains(call.getName())))
                .check(LIBRARY);
    }

    private static <A extends JavaAccess<?>> DescribedPredicate<A> calls(Class<?> owner, String method) {
        return DescribedPredicate.describe(
                owner.getSimpleName() + "." + method + " is called",
                access -> access.getTargetOwner().isEquivalentTo(owner)
                        && access.getName().equals(method));
    }
}
