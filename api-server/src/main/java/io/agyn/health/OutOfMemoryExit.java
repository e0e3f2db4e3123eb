package io.agyn.health;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.util.internal.OutOfDirectMemoryError;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Ends the process when memory runs out, as {@code -XX:+ExitOnOutOfMemoryError} does: for servers started without
 * that option ({@code java -jar}), and for errors that it misses, such as a failure to create a thread. After such an
 * error, the process is unreliable, since any thread may have died.
 *
 * <p>It sees errors that end a thread, and errors that are caught and logged.
 */
public final class OutOfMemoryExit {
    /** The exit code of the JVM's option. */
    public static final int CODE = 3;

    // Allocated in advance, while there is memory.
    private static final byte[] MESSAGE =
            "The server ran out of memory and exits: raise -Xmx in JAVA_OPTS, or the machine's memory.\n"
                    .getBytes(UTF_8);
    private static final FileOutputStream STANDARD_ERROR = new FileOutputStream(FileDescriptor.err);
    private static final int MAX_DEPTH = 10;

    private OutOfMemoryExit() {}

    /** Installs the handlers. */
    public static void install() {
        Thread.setDefaultUncaughtExceptionHandler((thread, error) -> {
            endOn(error);
            org.jboss.logging.Logger.getLogger(OutOfMemoryExit.class)
                    .errorf(error, "The thread %s ended with an exception", thread.getName());
        });
        Logger.getLogger("").addHandler(new Handler() {
            @Override
            public void publish(LogRecord line) {
                endOn(line.getThrown());
            }

            @Override
            public void flush() {
                // Nothing is buffered.
            }

            @Override
            public void close() {
                // Nothing is open.
            }
        });
    }

    private static void endOn(Throwable error) {
        Throwable cause = error;
        for (int depth = 0; cause != null && depth < MAX_DEPTH; depth++) {
            // Netty's own buffer limit fails one connection, but no thread.
            if (cause instanceof OutOfMemoryError && !(cause instanceof OutOfDirectMemoryError)) {
                end();
            }
            cause = cause.getCause();
        }
    }

    private static void end() {
        try {
            STANDARD_ERROR.write(MESSAGE);
        } catch (IOException e) {
            // The process ends anyway.
        } finally {
            Runtime.getRuntime().halt(CODE);
        }
    }
}
