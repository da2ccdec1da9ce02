package io.walex.reactive.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.walex.reactive.codec.TypeRegistry;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.util.retry.RetryBackoffSpec;

/** {@code docs/settings.md} names every setting as the builder has it. */
class SettingsPageTests {

    private static final Path PAGE = Path.of("../docs/settings.md");

    private static final WalExConfig MINIMAL =
            WalExConfig.builder().publication("events").build();

    /** Settings that the builder changes beside those that hold them. */
    private static final Set<String> CHANGES = Set.of("addSubscriptions", "removeSubscriptions");

    private record Setting(String type, String byDefault) {}

    @Test
    void pageHasEverySettingWithItsType() throws IOException {
        Map<String, String> types = new TreeMap<>();
        page().forEach((name, setting) -> types.put(name, setting.type));

        assertThat(types).containsExactlyEntriesOf(builder());
    }

    @Test
    void defaultsAreThoseOfAMinimalConfiguration() throws IOException {
        Map<String, String> defaults = new TreeMap<>();
        page().forEach((name, setting) -> defaults.put(name, setting.byDefault));

        assertThat(defaults.remove("publication")).isEqualTo("required");
        assertThat(defaults.remove("database")).isEqualTo("the user name");
        assertThat(MINIMAL.database()).isEqualTo(MINIMAL.username());
        assertThat(defaults.remove("sslRootCert")).isEqualTo("the JVM's own");
        assertThat(MINIMAL.sslRootCert()).isNull();
        assertThat(defaults.remove("protocolVersion")).isEqualTo("the server's newest");
        assertThat(MINIMAL.protocolVersion()).isZero();
        assertThat(defaults.remove("spillDirectory")).isEqualTo("`java.io.tmpdir`");
        assertThat(MINIMAL.spillDirectory()).isEqualTo(Path.of(System.getProperty("java.io.tmpdir")));
        assertThat(defaults.remove("spillMemory")).isEqualTo("8 MiB");
        assertThat(MINIMAL.spillMemory()).isEqualTo(8 << 20);
        assertThat(defaults.remove("types")).isEqualTo("PostgreSQL's");
        assertThat(MINIMAL.types()).isSameAs(TypeRegistry.builtIn());
        assertThat(defaults.remove("password")).isEqualTo("none");
        assertThat(MINIMAL.hasPassword()).isFalse();
        assertThat(defaults.remove("subscribe")).isEqualTo("`*`");
        assertThat(MINIMAL.subscriptions()).containsExactly("*");
        assertThat(defaults.remove("retry")).isEqualTo("for ever, after 100 ms to 10 s");
        assertThat(MINIMAL.retry())
                .isInstanceOfSatisfying(
                        RetryBackoffSpec.class,
                        retry -> assertThat(retry)
                                .returns(Long.MAX_VALUE, spec -> spec.maxAttempts)
                                .returns(Duration.ofMillis(100), spec -> spec.minBackoff)
                                .returns(Duration.ofSeconds(10), spec -> spec.maxBackoff));
        CHANGES.forEach(change -> assertThat(defaults.remove(change)).isEmpty());

        assertThat(defaults)
                .isNotEmpty()
                .allSatisfy((name, byDefault) ->
                        assertThat(entry(name, byDefault)).isEqualTo(entry(name, printed(value(name)))));
    }

    private static @Nullable Object value(String getter) {
        try {
            return WalExConfig.class.getMethod(getter).invoke(MINIMAL);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(getter, e);
        }
    }

    private static String printed(@Nullable Object value) {
        if (value == null) {
            return "none";
        }
        if (value instanceof Duration duration) {
            return duration.isZero() ? "never" : duration.toSeconds() + " s";
        }
        if (value instanceof SlotSpec.Temporary) {
            return "`temporary()`";
        }
        if (value instanceof Enum<?> choice) {
            return "`" + choice.name() + "`";
        }
        // A port is a name, not a number to be grouped.
        return value instanceof Integer number && number >= 10_000
                ? String.format(Locale.ROOT, "%,d", number)
                : "`" + value + "`";
    }

    private static Map<String, Setting> page() throws IOException {
        Map<String, Setting> rows = new TreeMap<>();
        Pattern.compile("^\\| `(\\w+)` \\|([^|]*)\\|([^|]*)\\|", Pattern.MULTILINE)
                .matcher(Files.readString(PAGE))
                .results()
                .forEach(row -> assertThat(rows.put(
                                row.group(1),
                                new Setting(
                                        row.group(2).strip().replace("`", ""),
                                        row.group(3).strip())))
                        .as("two rows for %s", row.group(1))
                        .isNull());
        return rows;
    }

    private static Map<String, String> builder() {
        return Stream.of(WalExConfig.Builder.class.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
                .filter(method -> !method.getName().equals("build"))
                .collect(Collectors.groupingBy(
                        Method::getName,
                        TreeMap::new,
                        Collectors.collectingAndThen(
                                Collectors.mapping(SettingsPageTests::type, Collectors.toCollection(TreeSet::new)),
                                types -> String.join(" or ", types))));
    }

    private static String type(Method setter) {
        List<String> types = new ArrayList<>();
        for (Type type : setter.getGenericParameterTypes()) {
            types.add(type.getTypeName()
                    .replaceAll("[a-z]\\w*\\.", "")
                    .replace("? extends ", "")
                    .replace("[]", setter.isVarArgs() ? "..." : "[]"));
        }
        return String.join(", ", types);
    }
}
