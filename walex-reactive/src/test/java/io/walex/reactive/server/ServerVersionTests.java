package io.walex.reactive.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerVersionTests {

    @ParameterizedTest
    @CsvSource({"18.1, 18", "19beta1, 19", "15.14 (Debian 15.14-0+deb12u1), 15", "14, 14"})
    void readsWhatAServerTellsItsClients(String version, String major) {
        assertThat(ServerVersion.parse(version)).hasToString(major);
    }

    @Test
    void isAtLeastItselfAndWhatCameBefore() {
        ServerVersion version = new ServerVersion(17);

        assertThat(version.isAtLeast(16)).isTrue();
        assertThat(version.isAtLeast(17)).isTrue();
        assertThat(version.isAtLeast(18)).isFalse();
    }
}
