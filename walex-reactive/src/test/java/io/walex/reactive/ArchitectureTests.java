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
import com.tngtech.archunit.core.domain.JavaModifier;
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
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.List;
import java.util.Set;
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

    /** From the ground up. A row names all that a package may use; those of packages to come are kept free for them. */
    @ParameterizedTest(name = "{0} uses {1}")
    @CsvSource(nullValues = "nothing", delimiter = '|', textBlock = """
                    error       | nothing
                    pgoutput    | error
                    codec       | pgoutput
                    server      | error pgoutput
                    event       | error pgoutput codec
                    replication | error pgoutput server
                    config      | error pgoutput codec event server
                    failure     | error pgoutput config server
                    delivery    | error pgoutput event config replication
                    setup       | error pgoutput event config server failure replication
                    spool       | error pgoutput event config
                    snapshot    | error pgoutput codec event config server failure replication
                    preflight   | error event config server failure setup snapshot
                    stream      | error pgoutput codec event config server failure replication delivery setup snapshot
                    root        | error event config server failure setup snapshot preflight stream
                    handler     | error event config root
                    feed        | error event config root
                    kafka       | error event config root
                    sync        | error event config server root
                    outbox      | error event config root handler
                    spring      | error pgoutput codec event config snapshot preflight stream root handler feed sync
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

    /** A library that only some users want stays in the one package that is for them. */
    @ParameterizedTest(name = "{0} is used by {1} only")
    @CsvSource(delimiter = '|', textBlock = """
                    org.rocksdb         | spool
                    org.springframework | spring
                    org.apache.kafka    | kafka
                    io.micrometer       | spring
                    io.r2dbc            | server replication failure config snapshot spring
                    reactor.netty       | server replication stream config root
                    io.netty.channel    | server replication stream delivery
                    tools.jackson       | codec event server snapshot
                    """)
    void thirdPartiesStayWhereTheyAreNeeded(String library, String users) {
        noClasses()
                .that()
                .resideInAPackage(ROOT + "..")
                .and(DescribedPredicate.not(resideInAnyPackage(Stream.of(users.split(" "))
                        .map(ArchitectureTests::patternOf)
                        .toArray(String[]::new))))
                .should()
                .dependOnClassesThat(resideInAnyPackage(library + ".."))
                .check(LIBRARY);
    }

    /** What users may name. Everything else is ours to change. */
    private static final Set<String> API = Set.of(
            ROOT,
            ROOT + ".config",
            ROOT + ".error",
            ROOT + ".event",
            ROOT + ".codec",
            ROOT + ".pgoutput",
            ROOT + ".handler",
            ROOT + ".spool",
            ROOT + ".snapshot",
            ROOT + ".preflight",
            ROOT + ".stream",
            ROOT + ".spring",
            ROOT + ".spring.handler");

    /** Public in these packages because another of ours uses it, and not for users; their package-info says so too. */
    private static final Set<String> INTERNAL = Set.of(
            "DriverConfiguration",
            "Reconfiguration",
            "BetweenTransactions",
            "EventTuples",
            "Expectation",
            "SnapshotChecks",
            "SnapshotHost",
            "SnapshotTable",
            "Snapshots",
            "StreamIdentity",
            "TransactionAssembler",
            "TypeSource",
            "UncertainMessageException",
            "Binding",
            "Conversions",
            "JsonBytes",
            "JsonValues",
            "TypeCatalog",
            "PgOutputDecoder",
            "RowReceiver",
            "PreflightChecks",
            "ConnectionStates",
            "StreamSubscription",
            "SubscriptionState",
            "AnnotatedHandlers",
            "InvalidHandlerException");

    @Test
    void packagesSayWhichOfTheirTypesAreInternal() {
        Set<String> unsaid = LIBRARY.stream()
                .filter(type -> type.isTopLevelClass() && INTERNAL.contains(type.getSimpleName()))
                .filter(type -> !packageInfo(type).contains("{@code " + type.getSimpleName() + "}"))
                .map(JavaClass::getName)
                .collect(Collectors.toSet());

        assertThat(unsaid).isEmpty();
    }

    private static String packageInfo(JavaClass type) {
        try {
            return Files.readString(
                    Path.of("src/main/java", type.getPackageName().replace('.', '/'), "package-info.java"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void apiShowsNoInternalType() {
        Set<String> shown = LIBRARY.stream()
                .filter(type -> API.contains(type.getPackageName()))
                .filter(ArchitectureTests::isPublic)
                .filter(type -> !INTERNAL.contains(outermost(type)))
                .flatMap(type -> type.getMethods().stream())
                .filter(method -> method.getModifiers().contains(JavaModifier.PUBLIC)
                        || method.getModifiers().contains(JavaModifier.PROTECTED))
                .flatMap(method -> method.getAllInvolvedRawTypes().stream()
                        .filter(ArchitectureTests::isInternal)
                        .map(type -> method.getFullName() + " shows " + type.getSimpleName()))
                .collect(Collectors.toSet());

        assertThat(shown).isEmpty();
    }

    private static boolean isInternal(JavaClass type) {
        return type.getPackageName().startsWith(ROOT)
                && (!API.contains(type.getPackageName()) || !isPublic(type) || INTERNAL.contains(outermost(type)));
    }

    private static boolean isPublic(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && type.getEnclosingClass().map(ArchitectureTests::isPublic).orElse(true);
    }

    private static String outermost(JavaClass type) {
        return type.getEnclosingClass().map(ArchitectureTests::outermost).orElse(type.getSimpleName());
    }

    @Test
    void protocolNeedsOnlyJavaAndABuffer() {
        classes()
                .that()
                .resideInAPackage(patternOf("pgoutput"))
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                        patternOf("pgoutput"),
                        patternOf("error"),
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
                .and()
                // Works on connections of the user's own.
                .doNotHaveSimpleName("TableSnapshotStore")
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
