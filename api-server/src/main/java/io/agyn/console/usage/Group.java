package io.agyn.console.usage;

import io.agyn.api.model.UsageRow;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;

/** What usage is grouped by. */
public enum Group {
    /** The model that was called. */
    MODEL("model", "Model", "model_id", UsageRow::getModelId, UsageRow::getModel),
    /** The LLM provider that calls led to. */
    PROVIDER("provider", "LLM provider", "provider_id", UsageRow::getProviderId, UsageRow::getProvider),
    /** The user whose token it was. */
    USER("identity", "User", "user_id", UsageRow::getUserId, UsageRow::getUser),
    /** The API token. */
    TOKEN("token", "API token", null, UsageRow::getTokenId, UsageRow::getToken),
    /** The operation. */
    OPERATION("operation", "Operation", null, row -> null, row -> CallDetails.operation(row.getOperation())),
    /** How calls ended. */
    OUTCOME("outcome", "Outcome", "outcome", row -> null, row -> OutcomeLabels.name(row.getOutcome()));

    private static final int START_OF_ID = 8;

    private final String code;
    private final String label;
    private final String filter;
    private final Function<UsageRow, UUID> id;
    private final Function<UsageRow, String> name;

    Group(String code, String label, String filter, Function<UsageRow, UUID> id, Function<UsageRow, String> name) {
        this.code = code;
        this.label = label;
        this.filter = filter;
        this.id = id;
        this.name = name;
    }

    /** The one of a name in the contract. */
    static Group of(String code) {
        for (Group group : values()) {
            if (group.code.equals(code)) {
                return group;
            }
        }
        throw new IllegalArgumentException(code);
    }

    /** Its name in the contract. */
    public String code() {
        return code;
    }

    /** What people read. */
    public String label() {
        return label;
    }

    /** The same within a sentence. */
    public String inSentence() {
        return this == PROVIDER || this == TOKEN ? label : label.toLowerCase(Locale.ROOT);
    }

    /** The parameter that leaves only one of them, or null where there is none. */
    public String filter() {
        return filter;
    }

    /** What that parameter takes for the group of a row, or null. */
    public String value(UsageRow row) {
        if (this == OUTCOME) {
            return row.getOutcome().toString();
        }
        UUID found = id.apply(row);
        return found == null ? null : found.toString();
    }

    /** The name of a row's group. */
    public String name(UsageRow row) {
        UUID found = id.apply(row);
        String unnamed = found == null ? "unknown" : found.toString().substring(0, START_OF_ID) + "…";
        return Objects.requireNonNullElse(name.apply(row), unnamed);
    }
}
