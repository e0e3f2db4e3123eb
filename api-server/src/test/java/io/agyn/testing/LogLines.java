package io.agyn.testing;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtLogRecord;

/** Captures the log during a test. */
public final class LogLines extends Handler implements AutoCloseable {
    private static final Logger ROOT = Logger.getLogger("");

    private final List<LogRecord> lines = new CopyOnWriteArrayList<>();

    private LogLines() {}

    /** Captures until it is closed. */
    public static LogLines watch() {
        LogLines lines = new LogLines();
        ROOT.addHandler(lines);
        return lines;
    }

    /** The lines of a class, of a level and above, with their throwables. */
    public List<LogRecord> of(String className, Level level) {
        return lines.stream()
                .filter(line -> line.getLoggerName().equals(className)
                        && line.getLevel().intValue() >= level.intValue())
                .toList();
    }

    /** The message of a line. */
    public static String text(LogRecord line) {
        return line instanceof ExtLogRecord ext ? ext.getFormattedMessage() : line.getMessage();
    }

    @Override
    public void publish(LogRecord line) {
        lines.add(line);
    }

    @Override
    public void flush() {
        // Writes are immediate.
    }

    @Override
    public void close() {
        ROOT.removeHandler(this);
    }
}
