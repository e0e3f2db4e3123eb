package io.agyn.sdk;

/** A dimension by which usage is aggregated. */
public enum UsageGroup {
    /** The called model. */
    MODEL("model"),
    /** The LLM provider of the called model. */
    PROVIDER("provider"),
    /** The API token of the call. */
    TOKEN("token"),
    /** The user of the call's API token. */
    IDENTITY("identity"),
    /** The outcome of the call. */
    OUTCOME("outcome"),
    /** The hour in which the call started, in UTC; cannot be combined with {@link #DAY}. */
    HOUR("hour"),
    /** The day on which the call started, in UTC; cannot be combined with {@link #HOUR}. */
    DAY("day");

    private final String value;

    UsageGroup(String value) {
        this.value = value;
    }

    String value() {
        return value;
    }
}
