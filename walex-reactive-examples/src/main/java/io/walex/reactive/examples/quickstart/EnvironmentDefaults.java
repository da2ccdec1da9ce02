package io.walex.reactive.examples.quickstart;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code --max-events} is {@code WALEX_MAX_EVENTS}; an empty variable counts as unset. */
record EnvironmentDefaults(Map<String, String> environment) implements IDefaultValueProvider {

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        if (!(argument instanceof OptionSpec option)) {
            return null;
        }
        String value = environment.get(variableOf(option.longestName()));
        return value == null || value.isEmpty() ? null : value;
    }

    private static String variableOf(String optionName) {
        return "WALEX_" + optionName.substring(2).replace('-', '_').toUpperCase(Locale.ROOT);
    }
}
