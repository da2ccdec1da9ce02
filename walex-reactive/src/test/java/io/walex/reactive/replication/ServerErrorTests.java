package io.walex.reactive.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

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
    void saysSoWhenTheServerSaysNothing() {
        ServerError error = read("\0");

        assertThat(error).hasMessage("unknown error");
        assertThat(error.sqlState()).isEqualTo("XX000");
    }
}
        assertThat(error.routine()).isNull();
