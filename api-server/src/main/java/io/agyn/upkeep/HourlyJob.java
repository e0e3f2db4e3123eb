package io.agyn.upkeep;

/** A job that every server runs once an hour, such as deleting expired rows. Several servers may run it at once. */
public interface HourlyJob {
    /** The name in the log, such as {@code audit retention}. */
    String name();

    /** Runs the job; after a failure, it runs again in an hour. */
    void run() throws Exception;
}
