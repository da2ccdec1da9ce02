package io.walex.reactive.spring;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Matches when a property of {@code walex} is set, and {@code walex.enabled} is not false. */
final class OnConfiguredCondition extends SpringBootCondition {

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        ConditionMessage.Builder message = ConditionMessage.forCondition("WalEx");
        Binder binder = Binder.get(context.getEnvironment());
        if (!binder.bind("walex.enabled", Boolean.class).orElse(true)) {
            return ConditionOutcome.noMatch(message.because("walex.enabled is false"));
        }
        return binder.bind("walex", Bindable.mapOf(String.class, Object.class)).isBound()
                ? ConditionOutcome.match(message.foundExactly("properties of walex"))
                : ConditionOutcome.noMatch(
                        message.didNotFind("properties of walex").atAll());
    }
}
