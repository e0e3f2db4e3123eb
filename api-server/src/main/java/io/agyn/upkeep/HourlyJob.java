package io.agyn.upkeep;

/** What a server does once an hour, such as dropping what is too old. Several servers may do it at once. */
public interface HourlyJob {
    /** What it is called in the log, such as {@code audit retention}. */
    String name();

    /** Does it; where it fails, it is done an hour later. */
    void run() throws Exception;
}
