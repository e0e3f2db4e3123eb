package io.agyn.sdk;

/** A dimension of aggregated usage. */
public enum UsageGroup {
    /** The called model. */
    MODEL("model"),
    /** The LLM provider of the called model. */
    PROVIDER("provider"),
    /** The API token of the call. */
    API_TOKEN("api_token"),
    /** The user of the call's API token. */
    USER("user"),
    /** The outcome of the call. */
    OUTCOME("outcome"),
    /** The operation of the call. */
    OPERATION("operation"),
    /** The thread or session of the agent. */
    THREAD("thread"),
    /** The hour of the call's start, in UTC; cannot be combined with {@link #DAY}. */
    HOUR("hour"),
    /** The day of the call's start, in UTC; cannot be combined with {@link #HOUR}. */
    DAY("day");

    private final String value;

    UsageGroup(String value) {
        this.value = value;
    }

    String value() {
        return value;
    }
}
