package io.agyn.sdk;

/** What calls have in common whose usage is summed up in one row. */
public enum UsageGroup {
    /** The model that was called. */
    MODEL("model"),
    /** The LLM provider that the call led to. */
    PROVIDER("provider"),
    /** The API token that the call was made with. */
    TOKEN("token"),
    /** The user whose API token it was. */
    IDENTITY("identity"),
    /** How the call ended. */
    OUTCOME("outcome"),
    /** The hour in which the call began, in UTC; not together with {@link #DAY}. */
    HOUR("hour"),
    /** The day on which the call began, in UTC; not together with {@link #HOUR}. */
    DAY("day");

    private final String value;

    UsageGroup(String value) {
        this.value = value;
    }

    String value() {
        return value;
    }
}
