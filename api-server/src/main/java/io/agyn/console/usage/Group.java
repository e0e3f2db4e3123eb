package io.agyn.console.usage;

import io.agyn.api.model.UsageRow;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A key to group usage by. */
public enum Group {
    MODEL("model", "Model", "model_id", UsageRow::getModelId, UsageRow::getModelName),
    PROVIDER("provider", "LLM provider", "provider_id", UsageRow::getProviderId, UsageRow::getProviderName),
    USER("user", "User", "user_id", UsageRow::getUserId, UsageRow::getUserName),
    API_TOKEN("api_token", "API token", "api_token_id", UsageRow::getApiTokenId, UsageRow::getApiTokenDescription),
    OPERATION("operation", "Operation", "operation", row -> null, row -> CallDetails.operation(row.getOperation())),
    OUTCOME("outcome", "Outcome", "outcome", row -> null, row -> OutcomeLabels.name(row.getOutcome()));

    private static final int START_OF_ID = 8;

    private final String code;
    private final String label;
    private final @Nullable String filter;
    private final Function<UsageRow, @Nullable UUID> id;
    private final Function<UsageRow, @Nullable String> name;

    Group(
            String code,
            String label,
            @Nullable String filter,
            Function<UsageRow, @Nullable UUID> id,
            Function<UsageRow, @Nullable String> name) {
        this.code = code;
        this.label = label;
        this.filter = filter;
        this.id = id;
        this.name = name;
    }

    /** The group with this name in the contract. */
    static Group of(String code) {
        for (Group group : values()) {
            if (group.code.equals(code)) {
                return group;
            }
        }
        throw new IllegalArgumentException(code);
    }

    /** The name in the contract. */
    public String code() {
        return code;
    }

    public String label() {
        return label;
    }

    /** The label within a sentence. */
    public String inSentence() {
        return this == PROVIDER || this == API_TOKEN ? label : label.toLowerCase(Locale.ROOT);
    }

    /** The parameter that filters by this group. */
    public @Nullable String filter() {
        return filter;
    }

    /** The value of that parameter for a row. */
    public @Nullable String value(UsageRow row) {
        if (this == OUTCOME) {
            return row.getOutcome().toString();
        }
        if (this == OPERATION) {
            return row.getOperation() == null ? null : row.getOperation().toString();
        }
        UUID found = id.apply(row);
        return found == null ? null : found.toString();
    }

    public String name(UsageRow row) {
        UUID found = id.apply(row);
        String unnamed = found == null ? "unknown" : found.toString().substring(0, START_OF_ID) + "…";
        return Objects.requireNonNullElse(name.apply(row), unnamed);
    }
}
