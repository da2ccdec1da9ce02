package io.walex.reactive.testsupport;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** What is logged at INFO and above, from its capture until it is closed. */
public final class LogLines implements AutoCloseable {

    private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            events.add(event);
        }
    };
    private final Logger logger;
    private final @Nullable Level level;

    private LogLines(Logger logger) {
        this.logger = logger;
        level = logger.getLevel();
        logger.setLevel(Level.INFO);
        appender.start();
        logger.addAppender(appender);
    }

    /** Of one class. */
    public static LogLines capture(Class<?> of) {
        return new LogLines((Logger) LoggerFactory.getLogger(of));
    }

    /** Of the logger of that name: a class that tests of other packages cannot name. */
    public static LogLines capture(String logger) {
        return new LogLines((Logger) LoggerFactory.getLogger(logger));
    }

    /** Of everything, the driver included. */
    public static LogLines captureAll() {
        return new LogLines((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME));
    }

    public List<String> messages() {
        return events.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Override
    public void close() {
        logger.detachAppender(appender);
        logger.setLevel(level);
    }
}
