package io.walex.reactive.failure;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.walex.reactive.error.SlotInUseException;
import io.walex.reactive.error.WalExException;
import io.walex.reactive.handler.HandlerFailedException;
import io.walex.reactive.pgoutput.Lsn;
import io.walex.reactive.pgoutput.PgOutputDecodingException;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** {@code docs/errors.md} names every error, and which of them are retried. */
class ErrorsPageTests {

    private static final Path PAGE = Path.of("../docs/errors.md");

    @Test
    void pageHasEveryError() throws IOException {
        assertThat(page().keySet())
                .containsExactlyElementsOf(
                        errors().map(Class::getSimpleName).sorted().toList());
    }

    @Test
    void retriedIsWhatTheStreamRetries() throws IOException {
        Map<String, String> retried = page();

        assertThat(errors()
                        // Neither of them is asked about: the one is waited for by choice, the other is of no stream.
                        .filter(type -> type != SlotInUseException.class && type != HandlerFailedException.class))
                .allSatisfy(type -> assertThat(retried.get(type.getSimpleName()))
                        .as(type.getSimpleName())
                        .startsWith(expected(instance(type))));
    }

    private static String expected(WalExException error) {
        if (Failures.isRetryable(error, false)) {
            return "yes";
        }
        return Failures.isRetryable(error, true) ? "once it has run" : "no";
    }

    private static Map<String, String> page() throws IOException {
        Map<String, String> rows = new TreeMap<>();
        Pattern.compile("^\\| `(\\w+Exception)` \\|[^|]*\\|([^|]*)\\|", Pattern.MULTILINE)
                .matcher(Files.readString(PAGE))
                .results()
                .forEach(row -> assertThat(rows.put(row.group(1), row.group(2).strip()))
                        .as("two rows for %s", row.group(1))
                        .isNull());
        return rows;
    }

    private static Stream<Class<?>> errors() {
        return new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages("io.walex.reactive")
                        .stream()
                        .filter(type -> type.isAssignableTo(WalExException.class))
                        .filter(type -> !type.getModifiers().contains(JavaModifier.ABSTRACT))
                        .map(JavaClass::reflect);
    }

    private static WalExException instance(Class<?> type) {
        if (type == PgOutputDecodingException.class) {
            return new PgOutputDecodingException("problem", 'X', 0, Lsn.INVALID, null);
        }
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(String.class, Throwable.class);
            constructor.setAccessible(true);
            @Nullable Throwable cause = null;
            return (WalExException) constructor.newInstance("problem", cause);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(type.getName(), e);
        }
    }
}
