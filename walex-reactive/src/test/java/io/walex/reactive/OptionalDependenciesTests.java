package io.walex.reactive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * What needs an optional dependency, and what does not: a class loader has the class path without those of the POM, and without
 * all of Spring, which they bring.
 */
class OptionalDependenciesTests {

    private URLClassLoader without;

    @BeforeEach
    void leaveOut() throws Exception {
        List<String> optional = optional();
        List<URL> kept = new ArrayList<>();
        List<String> left = new ArrayList<>(optional);
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            String file = Path.of(entry).getFileName().toString();
            if (file.startsWith("spring-") || optional.stream().anyMatch(artifact -> file.startsWith(artifact + '-'))) {
                left.removeIf(artifact -> file.startsWith(artifact + '-'));
            } else {
                kept.add(url(entry));
            }
        }
        assertThat(optional).contains("rocksdbjni", "spring-boot-autoconfigure");
        assertThat(left).as("optional dependencies that tests do not have").isEmpty();
        without = new URLClassLoader(kept.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    }

    @AfterEach
    void close() throws Exception {
        without.close();
    }

    private static URL url(String entry) throws MalformedURLException {
        return Path.of(entry).toUri().toURL();
    }

    private static List<String> optional() throws Exception {
        NodeList dependencies = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new File("pom.xml"))
                .getElementsByTagName("dependency");
        List<String> optional = new ArrayList<>();
        for (int i = 0; i < dependencies.getLength(); i++) {
            Element dependency = (Element) dependencies.item(i);
            if (dependency.getElementsByTagName("optional").getLength() > 0) {
                optional.add(
                        dependency.getElementsByTagName("artifactId").item(0).getTextContent());
            }
        }
        return optional;
    }

    private Object call(Class<? extends Callable<?>> probe) throws Exception {
        return ((Callable<?>) without.loadClass(probe.getName())
                        .getDeclaredConstructor()
                        .newInstance())
                .call();
    }

    @Test
    void streamsEventsAndHandlersNeedNone() throws Exception {
        assertThat(call(OptionalDependencyProbes.Core.class))
                .asString()
                .startsWith("ServerUnreachableException")
                .contains("\"id\":1");
    }

    @Test
    void theSpoolNamesTheOneItNeeds() {
        assertThatThrownBy(() -> call(OptionalDependencyProbes.Spool.class))
                .satisfies(error ->
                        assertThat(error.getClass().getName()).isEqualTo("io.walex.reactive.spool.SpoolException"))
                .hasMessage(
                        "DiskSpool keeps transactions in RocksDB, which is not on the class path; add the dependency org.rocksdb:rocksdbjni");
    }
}
