package io.walex.reactive.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolStoreTests {

    private static final long LIMIT = 1 << 20;

    @TempDir
    Path directory;

    @Test
    void isInUseWhileItIsOpen() {
        try (SpoolStore open = SpoolStore.open(directory, LIMIT, "shop/walex")) {
            Throwable failure = catchThrowable(() -> SpoolStore.open(directory, LIMIT, "shop/walex"));

            assertThat(open.appended()).isEqualTo(-1);
            assertThat(failure)
                    .isInstanceOf(SpoolException.class)
                    .hasMessageStartingWith("The spool in " + directory + " is in use");
            assertThat(SpoolStore.isInUse(failure)).isTrue();
        }
        SpoolStore.open(directory, LIMIT, "shop/walex").close();
    }

    @Test
    void filesThatCannotBeReadBelowBlocksAreNotTakenForASpoolInUse() throws IOException {
        Path own = Files.createDirectories(directory.resolve("blocks"));
        Files.writeString(own.resolve("CURRENT"), "MANIFEST-000007\n");

        assertThatThrownBy(() -> SpoolStore.open(own, LIMIT, "shop/walex"))
                .isInstanceOf(SpoolException.class)
                .hasMessageStartingWith("The spool in " + own + " cannot be opened")
                .matches(failure -> !SpoolStore.isInUse(failure));
    }
}
