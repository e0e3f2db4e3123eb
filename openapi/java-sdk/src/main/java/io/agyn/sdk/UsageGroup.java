package io.agyn.sdk;

/** A dimension by which usage is grouped. */
public enum UsageGroup {
    /** The model that was called. */
    MODEL("model"),
    /** The LLM provider that the call was routed to. */
    PROVIDER("provider"),
    /** The API token of the call. */
    TOKEN("token"),
    /** The user of the API token. */
    IDENTITY("identity"),
    /** How the call ended. */
    OUTCOME("outcome"),
    /** The hour in which the call started, in UTC; not together with {@link #DAY}. */
    HOUR("hour"),
    /** The day on which the call started, in UTC; not together with {@link #HOUR}. */
    DAY("day");

    private final String value;

    UsageGroup(String value) {
        this.value = value;
    }

    String value() {
        return value;
    }
}
