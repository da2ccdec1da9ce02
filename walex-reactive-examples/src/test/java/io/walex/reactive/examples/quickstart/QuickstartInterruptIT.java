package io.walex.reactive.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.testsupport.SlotView;
import io.walex.reactive.testsupport.TcpProxy;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** How a signal ends it. */
@DisabledOnOs(OS.WINDOWS)
class QuickstartInterruptIT extends QuickstartRuns {

    @Test
    void interruptLeavesNoSlot() throws IOException, InterruptedException {
        Process quickstart = start("--url=" + postgres.url(), "--publication=events");
        await().atMost(STARTED).until(() -> postgres.slots().all().stream().anyMatch(SlotView::inUse));

        interrupt(quickstart);

        postgres.awaitNoSlots();
    }

    @Test
    void interruptEndsItWhileNobodyTakesItsOutput() throws IOException, InterruptedException {
        Process quickstart = start("--url=" + postgres.url(), "--publication=events");
        await().atMost(STARTED).until(() -> postgres.slots().all().stream().anyMatch(SlotView::inUse));
        postgres.execute("INSERT INTO todo SELECT i, repeat('x', 1000) FROM generate_series(1, 10000) i");
        await().atMost(STARTED).until(() -> quickstart.getInputStream().available() > 60_000);

        interrupt(quickstart);

        postgres.awaitNoSlots();
    }

    @Test
    void interruptEndsItWhileTheServerDoesNotAnswer() throws IOException, InterruptedException {
        try (TcpProxy proxy = TcpProxy.to(postgres.host(), postgres.port())) {
            Process quickstart = start(
                    "--url=" + postgres.url().replaceAll("@[^/]+/", "@127.0.0.1:" + proxy.port() + "/"),
                    "--publication=events");
            await().atMost(STARTED).until(() -> postgres.slots().all().stream().anyMatch(SlotView::inUse));
            proxy.pause();

            interrupt(quickstart);

            assertThat(new String(quickstart.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
                    .doesNotContain("Exception");
        }
        postgres.awaitNoSlots();
    }

    @Test
    void interruptLeavesNoServer() throws IOException, InterruptedException {
        Process quickstart = start();
        quickstart.inputReader().readLine();
        Matcher address = Pattern.compile("postgres@localhost:(\\d+)")
                .matcher(quickstart
                        .errorReader()
                        .lines()
                        .filter(line -> line.contains("runs at"))
                        .findFirst()
                        .orElseThrow());
        assertThat(address.find()).isTrue();

        interrupt(quickstart);

        assertThatThrownBy(() -> new Socket("localhost", Integer.parseInt(address.group(1))))
                .isInstanceOf(ConnectException.class);
    }
}
