package io.walex.reactive.examples.quickstart;

import io.walex.reactive.config.PublicationSetup;
import io.walex.reactive.config.SlotSpec;
import io.walex.reactive.config.SnapshotSpec;
import io.walex.reactive.config.SnapshotStore;
import io.walex.reactive.config.WalExConfig;
import io.walex.reactive.snapshot.BackfillSpec;
import io.walex.reactive.snapshot.SnapshotStores;
import java.nio.file.Path;
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
            names = "--snapshot",
            paramLabel = "TABLE",
            split = ",",
            description = {
                "Tables whose rows are printed first, as far as they are there, such as todo,user; * for all. None by"
                        + " default. All of the embedded PostgreSQL, unless this is empty (--snapshot=).",
                "With --slot, once for the slot; a run that ended before its end is gone on with.",
                "Environment: WALEX_SNAPSHOT"
            })
    private @Nullable List<String> snapshot;

    @Option(
            names = "--snapshot-dir",
            paramLabel = "DIRECTORY",
            defaultValue = ".walex",
            description = {
                "With --slot and --snapshot: where to remember how far the snapshot is. ${DEFAULT-VALUE} by default.",
                "Environment: WALEX_SNAPSHOT_DIR"
            })
    private Path snapshotDirectory = Path.of(".walex");

    @Option(
            names = "--backfill",
            paramLabel = "\"TABLE [where CONDITION]\"",
            description = {
                "Rows to print again, beside the changes, such as todo or \"todo where id > 100\"; each time this is"
                        + " started. It may be given several times.",
                "Environment: WALEX_BACKFILL"
            })
    private List<String> backfills = List.of();

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
        return config(
                ownUrl,
                publication,
                snapshot == null ? List.of() : snapshot,
                SnapshotStores.directory(snapshotDirectory));
    }

    /** The configuration for a database that is gone at the end, and whose rows are there to be seen. */
    WalExConfig demo(String demoUrl) {
        return config(
                demoUrl,
                publication == null ? DemoDatabase.PUBLICATION : publication,
                snapshot == null ? List.of("*") : snapshot,
                new DemoProgress());
    }

    List<BackfillSpec> backfills() {
        return backfills.stream().distinct().map(BackfillOption::parse).toList();
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
        spec.commandLine().getErr().println(Quickstart.oneLine(line));
    }

    /**
     * @param durable remembers how far a snapshot is, where there is a durable slot
     */
    private WalExConfig config(
            String databaseUrl, String publicationName, List<String> snapshotTables, SnapshotStore durable) {
        WalExConfig.Builder config = WalExConfig.fromUrl(databaseUrl)
                .publication(publicationName)
                .subscribe(subscribe)
                .slot(slot == null ? SlotSpec.temporary() : SlotSpec.durable(slot))
                .name("quickstart");
        boolean none = snapshotTables.isEmpty() || snapshotTables.equals(List.of(""));
        if (!none) {
            SnapshotSpec initial = SnapshotSpec.initial(snapshotTables.toArray(String[]::new));
            config.snapshot(slot == null ? initial : initial.store(durable));
        }
        return config.build();
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
