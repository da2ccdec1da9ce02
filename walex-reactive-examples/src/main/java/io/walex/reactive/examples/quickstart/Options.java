package io.walex.reactive.examples.quickstart;

import io.walex.reactive.config.PublicationSetup;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.WalExConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** What the user may choose, as an option or as an environment variable; the option wins. */
final class Options {

    @Spec(Target.MIXEE)
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = {
                "Your own database, as postgresql://user:password@host:port/database. Nothing is created or written"
                        + " there but the slot. Without it, an embedded PostgreSQL 18 with a small workload.",
                "Environment: WALEX_URL"
            })
    @Nullable
    String url;

    @Option(
            names = "--publication",
            paramLabel = "NAME",
            description = {"The publication to read; required with --url.", "Environment: WALEX_PUBLICATION"})
    @Nullable
    String publication;

    @Option(
            names = "--subscribe",
            paramLabel = "TABLE",
            split = ",",
            defaultValue = "*",
            description = {
                "Tables to print, such as user,todo or sales.* or \"my.schema\".todo; all by default.",
                "Environment: WALEX_SUBSCRIBE"
            })
    List<String> subscribe = List.of();

    @Option(
            names = "--slot",
            paramLabel = "NAME",
            description = {
                "A durable slot, which keeps what comes while nobody reads; made if it does not exist. Drop it when you"
                        + " are done. Without it, a temporary one.",
                "Environment: WALEX_SLOT"
            })
    @Nullable
    String slot;

    @Option(
            names = "--max-events",
            paramLabel = "N",
            description = {
                "End after so many events; never by default. With --slot, a transaction that this cuts short comes again.",
                "Environment: WALEX_MAX_EVENTS"
            })
    private @Nullable Long maxEvents;

    @Option(
            names = "--debug",
            description = {"Log more, and errors with their stack trace.", "Environment: WALEX_DEBUG=true"})
    boolean debug;

    @Option(
            names = "--help",
            usageHelp = true,
            description = {"Print this.", "Environment: WALEX_HELP=true"})
    @SuppressWarnings("UnusedVariable")
    private boolean help;

    long maxEvents() {
        if (maxEvents == null) {
            return Long.MAX_VALUE;
        }
        if (maxEvents < 1) {
            throw wrong("--max-events must be at least 1, was " + maxEvents);
        }
        return maxEvents;
    }

    /** The configuration for the user's database. */
    WalExConfig config(String ownUrl) {
        if (publication == null) {
            throw wrong("--publication is required with --url");
        }
        return config(ownUrl, publication);
    }

    /** The configuration for what is to be made in the user's database, or removed from it. */
    WalExConfig setup() {
        if (url == null) {
            throw wrong("--url is required");
        }
        if (slot == null) {
            throw wrong("--slot is required");
        }
        return config(url).mutate().publicationSetup(PublicationSetup.CREATE).build();
    }

    void tell(String line) {
        spec.commandLine().getErr().println("quickstart: " + line);
    }

    WalExConfig config(String databaseUrl, String publicationName) {
        return WalExConfig.fromUrl(databaseUrl)
                .publication(publicationName)
                .subscribe(subscribe)
                .slot(slot == null ? SlotSpec.temporary() : SlotSpec.durable(slot))
                .name("quickstart")
                .build();
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
