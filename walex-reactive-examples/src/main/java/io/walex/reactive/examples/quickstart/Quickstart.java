package io.walex.reactive.examples.quickstart;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import io.walex.reactive.WalEx;
import io.walex.reactive.error.AuthenticationException;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.error.SlotInUseException;
import io.walex.reactive.error.SlotLostException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;
import reactor.core.Exceptions;

/** The command: options in, JSON lines and an exit code out. Logs and errors go to standard error. */
@Command(
        name = "quickstart",
        description = "Prints the changes of a PostgreSQL database, one JSON line each.",
        synopsisSubcommandLabel = "[setup | drop]",
        sortOptions = false)
public final class Quickstart implements Callable<Integer> {

    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int WRONG_USAGE = 2;
    private static final Pattern OPTION_NAME = Pattern.compile("-+[A-Za-z][A-Za-z-]*");

    @Mixin
    private final Options options = new Options();

    private final OutputStream out;
    private final ProgressDisplay progress;

    private Quickstart(OutputStream out, ProgressDisplay progress) {
        this.out = out;
        this.progress = progress;
    }

    @SuppressWarnings("DefaultCharset") // the terminal's
    public static void main(String[] args) {
        // Not System.out, which keeps it to itself when nobody reads any more.
        OutputStream out = new FileOutputStream(FileDescriptor.out);
        ((LoggerContext) LoggerFactory.getILoggerFactory()).addTurboFilter(new ReportsAreShown());
        Optional<Terminal> terminal = Terminal.behindErrors(System.getenv());
        System.exit(
                terminal.isPresent()
                        ? onTerminal(terminal.get(), args, out)
                        : run(args, System.getenv(), out, new PrintWriter(System.err, true)));
    }

    /** Logs and errors stand above the bar, and so does what is printed, if that is to be seen there. */
    @SuppressWarnings("DefaultCharset") // the terminal's
    private static int onTerminal(Terminal terminal, String[] args, OutputStream out) {
        StatusLine bar = new StatusLine(System.err, Charset.defaultCharset(), terminal.columns(), terminal.colour());
        System.setErr(new PrintStream(bar.above(System.err), true));
        OutputStream lines = terminal.takesOutput() ? bar.above(out) : out;
        return run(args, System.getenv(), lines, new PrintWriter(System.err, true), bar);
    }

    static int run(String[] args, Map<String, String> environment, OutputStream out, PrintWriter err) {
        return run(args, environment, out, err, new ProgressLines(err, Clock.systemUTC()));
    }

    static int run(
            String[] args,
            Map<String, String> environment,
            OutputStream out,
            PrintWriter err,
            ProgressDisplay progress) {
        return new CommandLine(new Quickstart(out, progress))
                .setDefaultValueProvider(new EnvironmentDefaults(environment))
                .setErr(err)
                .setOut(err)
                .setParameterExceptionHandler((failure, arguments) -> wrongUsage(failure, err))
                .setExecutionExceptionHandler((failure, command, result) -> failed(failure, command, err))
                .execute(Boolean.parseBoolean(environment.get("WALEX_HELP")) ? new String[] {"--help"} : args);
    }

    @Command(
            name = "setup",
            description = "Makes the slot, and the publication of the subscribed tables, as far as they are missing.")
    int setup(@Mixin Options chosen) {
        logAsAskedFor(chosen);
        WalEx.setup(chosen.setup()).block();
        chosen.tell("slot %s and publication %s are there".formatted(chosen.slot, chosen.publication));
        return OK;
    }

    @Command(name = "drop", description = "Drops the slot and the publication, as far as they are there.")
    int drop(@Mixin Options chosen) {
        logAsAskedFor(chosen);
        WalEx.drop(chosen.setup()).block();
        chosen.tell("slot %s and publication %s are gone".formatted(chosen.slot, chosen.publication));
        return OK;
    }

    private static void logAsAskedFor(Options chosen) {
        if (chosen.debug) {
            ((Logger) LoggerFactory.getLogger("io.walex.reactive")).setLevel(Level.DEBUG);
        }
    }

    @Override
    public Integer call() throws Exception {
        logAsAskedFor(options);
        try (Session session = new Session(options, new JsonLines(out), progress)) {
            Thread onInterrupt = new Thread(session::close, "quickstart-end");
            Runtime.getRuntime().addShutdownHook(onInterrupt);
            return session.run() ? OK : FAILED;
        }
    }

    private static int wrongUsage(ParameterException failure, PrintWriter err) {
        err.println(oneLine(problem(failure)) + "; --help lists the options");
        return WRONG_USAGE;
    }

    /** Never repeats what may be the value of a mistyped option, and so hold a password. */
    private static String problem(ParameterException failure) {
        if (!(failure instanceof UnmatchedArgumentException unmatched)) {
            return String.valueOf(failure.getMessage());
        }
        Matcher option = OPTION_NAME.matcher(unmatched.getUnmatched().get(0));
        return option.lookingAt()
                ? "Unknown option: " + option.group()
                : "There is an argument that belongs to no option; write --name=value, in quotes where it holds spaces";
    }

    private static int failed(Exception failure, CommandLine command, PrintWriter err) {
        Throwable error = Exceptions.unwrap(failure);
        boolean debug = command.getCommandSpec().findOption("--debug").getValue();
        if (debug) {
            error.printStackTrace(err);
        } else {
            err.println(oneLine(error.getMessage() == null ? error.toString() : error.getMessage()));
        }
        String hint = hint(error);
        boolean streaming = command.getParent() == null;
        if (hint != null && streaming) {
            err.println(oneLine(hint));
        }
        return isWrongUsage(error) ? WRONG_USAGE : FAILED;
    }

    /** What the library's advice to programmers means here. */
    private static @Nullable String hint(Throwable error) {
        if (error instanceof SlotInUseException) {
            return "choose another slot with --slot=NAME";
        }
        if (error instanceof SlotLostException) {
            return "with --slot=NAME it goes on after a lost connection";
        }
        if (error instanceof AuthenticationException) {
            return "user and password are part of the URL: --url=postgresql://user:password@host:port/database";
        }
        return null;
    }

    private static boolean isWrongUsage(Throwable error) {
        return error instanceof InvalidConfigException;
    }

    static String oneLine(@Nullable String message) {
        return "quickstart: " + String.valueOf(message).replaceAll("\\s*\\R\\s*", " ");
    }
}
