package io.walex.reactive.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.event.Level;

class ServerErrorTests {

    private static ServerError read(String fields) {
        return ServerError.read(Unpooled.copiedBuffer(fields, StandardCharsets.UTF_8));
    }

    @Test
    void readsMessageAndSqlStateAmongOtherFields() {
        ServerError error = read("SFATAL\0VFATAL\0C57P01\0Mbeendet – auf Anweisung\0Fpostgres.c\0L3000\0\0");

        assertThat(error).hasMessage("beendet – auf Anweisung");
        assertThat(error.sqlState()).isEqualTo("57P01");
    }

    @Test
    void readsWhatNoLanguageChanges() {
        ServerError notice = read("SHINWEIS\0VNOTICE\0C42P07\0MRelation »f« existiert bereits\0HTipp\0Rtransform\0\0");

        assertThat(notice.severity()).isEqualTo("NOTICE");
        assertThat(notice.routine()).isEqualTo("transform");
        assertThat(notice.isHinted()).isTrue();
        assertThat(ServerError.level(notice.severity())).isEqualTo(Level.INFO);
    }

    @ParameterizedTest
    @CsvSource({"DEBUG5, DEBUG", "DEBUG1, DEBUG", "LOG, DEBUG", "INFO, INFO", "NOTICE, INFO", "WARNING, WARN", ", WARN"
    })
    void severityIsTheLevelThatANoticeIsLoggedAt(String severity, Level level) {
        assertThat(ServerError.level(severity)).isEqualTo(level);
    }

    @Test
    void saysSoWhenTheServerSaysNothing() {
        ServerError error = read("\0");

        assertThat(error).hasMessage("unknown error");
        assertThat(error.sqlState()).isEqualTo("XX000");
        assertThat(error.routine()).isNull();
    }
}
