package io.walex.reactive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

/** The jar that users depend on. */
class JarIT {

    @Test
    void isAnAutomaticModuleByName() throws Exception {
        assertThat(ModuleFinder.of(jar()).findAll())
                .singleElement()
                .extracting(ModuleReference::descriptor)
                .satisfies(module -> {
                    assertThat(module.name()).isEqualTo("io.walex.reactive");
                    assertThat(module.isAutomatic()).isTrue();
                });
    }

    @Test
    void holdsItsLicense() throws Exception {
        try (JarFile jar = new JarFile(jar().toFile())) {
            assertThat(jar.getEntry("META-INF/LICENSE")).isNotNull();
        }
    }

    /** In an IDE, tests run on a folder of classes. */
    private static Path jar() throws Exception {
        Path classes = Path.of(
                WalEx.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        assumeThat(Files.isRegularFile(classes)).as("%s is a jar", classes).isTrue();
        return classes;
    }
}
