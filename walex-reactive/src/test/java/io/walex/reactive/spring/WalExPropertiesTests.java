package io.walex.reactive.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.walex.reactive.config.WalExConfig;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** The properties are all described, and are all there is to set. */
class WalExPropertiesTests {

    /** Beans set them, by a customizer; the last ones are other names for {@code subscribe}. */
    private static final Set<String> NO_PROPERTY = Set.of(
            "types", "middleware", "retry", "listener", "sslManagers", "addSubscriptions", "removeSubscriptions");

    @Test
    void everyPropertyIsDescribedInTheMetadata() throws IOException {
        Map<String, String> described = descriptions();

        assertThat(described.keySet())
                .containsExactlyInAnyOrderElementsOf(
                        keys("walex", WalExProperties.class).toList());
        assertThat(described)
                .allSatisfy((key, description) -> assertThat(description)
                        .as(key)
                        .matches("[A-Z].*\\.")
                        .doesNotStartWith("The ")
                        .doesNotStartWith("A "));
    }

    @Test
    void thePageHasEveryProperty() throws IOException {
        Stream<String> rows = Pattern.compile("^\\| `(walex\\.[a-z.-]+)` \\|", Pattern.MULTILINE)
                .matcher(Files.readString(Path.of("../docs/spring.md")))
                .results()
                .map(row -> row.group(1));

        assertThat(rows)
                .containsExactlyInAnyOrderElementsOf(
                        keys("walex", WalExProperties.class).toList());
    }

    private static Map<String, String> descriptions() throws IOException {
        try (InputStream metadata =
                WalExProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            JsonNode properties = new ObjectMapper().readTree(metadata).get("properties");
            return StreamSupport.stream(properties.spliterator(), false)
                    .filter(property -> property.get("name").asString().startsWith("walex."))
                    .collect(Collectors.toMap(
                            property -> property.get("name").asString(),
                            property -> property.path("description").asString("")));
        }
    }

    private static Stream<String> keys(String prefix, Class<?> properties) {
        return Arrays.stream(properties.getRecordComponents()).flatMap(component -> {
            String key = prefix + "." + kebab(component.getName());
            return component.getType().isRecord() ? keys(key, component.getType()) : Stream.of(key);
        });
    }

    private static String kebab(String name) {
        return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    @Test
    void everySettingHasAProperty() {
        Set<String> settings = Arrays.stream(WalExConfig.Builder.class.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()))
                .map(Method::getName)
                .filter(Predicate.not("build"::equals))
                .collect(Collectors.toCollection(TreeSet::new));
        settings.removeAll(NO_PROPERTY);

        assertThat(Arrays.stream(WalExProperties.class.getRecordComponents()).map(RecordComponent::getName))
                .containsAll(settings);
    }
}
