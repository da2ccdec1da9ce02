package io.walex.reactive;

import static io.walex.reactive.testsupport.StreamFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.event.Event;
import io.walex.reactive.testsupport.PostgresExtension;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.BaseSubscriber;

/** Several instances side by side. */
class WalExInstancesIT {

    @RegisterExtension
    final PostgresExtension postgres = PostgresExtension.shared();

    private final WalExInstances instances = new WalExInstances();

    @BeforeEach
    void createTables() {
        postgres.execute("CREATE TABLE todo (id int PRIMARY KEY)", "CREATE PUBLICATION events FOR ALL TABLES");
    }

    @AfterEach
    void close() {
        instances.closeGracefully().block(PATIENCE);
    }

    private WalExConfig config(String name) {
        return WalExConfig.fromUrl(postgres.url())
                .publication("events")
                .name(name)
                .slot(SlotSpec.durable(name))
                .build();
    }

    @Test
    void findsInstancesByName() {
        WalEx one = instances.create(config("one"));
        WalEx two = instances.create(config("two"));

        assertThat(instances.find("one")).containsSame(one);
        assertThat(instances.find("two")).containsSame(two);
        assertThat(instances.find("three")).isEmpty();
        assertThat(instances.names()).containsExactly("one", "two");
        assertThatExceptionOfType(InvalidConfigException.class)
                .isThrownBy(() -> instances.create(config("one")))
                .withMessageContaining("named \"one\" already");
        assertThatExceptionOfType(InvalidConfigException.class)
                .isThrownBy(() ->
                        instances.create(config("one").mutate().name("uno").build()))
                .withMessageContaining("Instances \"one\" and \"uno\" cannot share slot \"one\"");
        instances.close("one").block(PATIENCE);
        assertThat(instances.find("one")).isEmpty();
        instances.create(config("one"));
    }

    @Test
    void anInstanceThatClosedItselfFreesItsName() {
        instances.create(config("one")).close();
        instances.create(config("two")).closeGracefully().block(PATIENCE);

        assertThat(instances.names()).isEmpty();
        assertThat(instances.find("one")).isEmpty();
        WalEx again = instances.create(config("one"));
        assertThat(instances.find("one")).containsSame(again);
    }

    @Test
    void neitherFailureNorStallNorABlockedThreadTouchesAnother() {
        List<String> names = List.of("healthy", "failing", "stalled", "blocked");
        names.forEach(name -> instances.create(config(name)));
        List<Event> seen = new CopyOnWriteArrayList<>();
        CountDownLatch release = new CountDownLatch(1);
        List<Throwable> failures = new CopyOnWriteArrayList<>();

        instance("failing")
                .changes()
                .subscribe(
                        event -> {
                            throw new IllegalStateException("no");
                        },
                        failures::add);
        instance("stalled").changes().subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {}
        });
        instance("blocked").changes().subscribe(event -> awaitQuietly(release));
        instance("healthy").changes().subscribe(seen::add);
        names.forEach(postgres::awaitSlotActive);
        for (int i = 1; i <= 20; i++) {
            postgres.execute("INSERT INTO todo VALUES (" + i + ")");
        }

        await().atMost(PATIENCE).until(() -> seen.size() == 20);
        await().atMost(PATIENCE).until(() -> failures.size() == 1);
        assertThat(seen).allMatch(event -> event.source().name().equals("healthy"));
        release.countDown();
    }

    private WalEx instance(String name) {
        return instances.find(name).orElseThrow();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
