package io.walex.reactive.spring;

import io.walex.reactive.error.WalExException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/** Says what to do when the stream keeps the application from starting. */
final class WalExFailureAnalyzer extends AbstractFailureAnalyzer<WalExException> {

    private final Environment environment;

    WalExFailureAnalyzer(Environment environment) {
        this.environment = environment;
    }

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, WalExException cause) {
        return new FailureAnalysis(cause.getMessage(), Remedies.of(cause, names()), rootFailure);
    }

    private Remedies.Names names() {
        Binder binder = Binder.get(environment);
        return new Remedies.Names(
                binder.bind("walex.publication", Bindable.listOf(String.class)).orElse(List.of()),
                text(binder, "walex.slot.name"),
                text(binder, "walex.username"));
    }

    private static @Nullable String text(Binder binder, String key) {
        return binder.bind(key, String.class).orElse(null);
    }
}
