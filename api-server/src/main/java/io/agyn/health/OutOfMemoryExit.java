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
 * Ends the process when memory has run out, as {@code -XX:+ExitOnOutOfMemoryError} does, for servers started without that
 * option ({@code java -jar}), and for the errors that the option does not see, such as a thread that cannot be created. What
 * is left of a process after such an error is not to be trusted: any thread may have died.
 *
 * <p>An error is seen where it ends a thread, and where whoever caught it logs it.
 */
public final class OutOfMemoryExit {
    /** The exit code, the same as the option's. */
    public static final int CODE = 3;

    // Made ahead, since nothing can be allocated by then.
    private static final byte[] MESSAGE =
            "The server ran out of memory and ends: raise -Xmx in JAVA_OPTS, or the machine's memory.\n"
                    .getBytes(UTF_8);
    private static final FileOutputStream STANDARD_ERROR = new FileOutputStream(FileDescriptor.err);
    private static final int DEEPEST = 10;

    private OutOfMemoryExit() {}

    /** Ends the process from now on when memory has run out. */
    public static void install() {
        Thread.setDefaultUncaughtExceptionHandler((thread, error) -> {
            endOn(error);
            org.jboss.logging.Logger.getLogger(OutOfMemoryExit.class)
                    .errorf(error, "The thread %s has ended by an exception", thread.getName());
        });
        Logger.getLogger("").addHandler(new Handler() {
            @Override
            public void publish(LogRecord line) {
                endOn(line.getThrown());
            }

            @Override
            public void flush() {
                // Nothing is kept.
            }

            @Override
            public void close() {
                // Nothing is open.
            }
        });
    }

    private static void endOn(Throwable error) {
        Throwable cause = error;
        for (int depth = 0; cause != null && depth < DEEPEST; depth++) {
            // Netty's own limit on its buffers costs a connection, and no thread.
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
            // Nobody is left to tell.
        } finally {
            Runtime.getRuntime().halt(CODE);
        }
    }
}
