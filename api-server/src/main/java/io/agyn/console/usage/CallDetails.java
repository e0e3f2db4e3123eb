package io.agyn.console.usage;

import static java.util.Objects.requireNonNull;

import io.agyn.api.model.CallOperation;
import io.agyn.api.model.UsageRecord;
import io.agyn.console.forms.Option;
import io.quarkus.qute.TemplateExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Formats details of recent calls in templates. */
@TemplateExtension
public final class CallDetails {
    private CallDetails() {}

    /** The operation in words; null if an earlier release recorded the call. */
    static @Nullable String operation(@Nullable CallOperation operation) {
        return switch (operation) {
            case CREATE_RESPONSE -> "Response";
            case COUNT_INPUT_TOKENS -> "Token count";
            case COUNT_MESSAGE_TOKENS -> "Token count (Messages)";
            case COMPACT_RESPONSE -> "Compaction";
            case CREATE_MESSAGE -> "Message";
            case RETRIEVE_RESPONSE -> "Retrieval";
            case DELETE_RESPONSE -> "Deletion";
            case CANCEL_RESPONSE -> "Cancellation";
            case LIST_INPUT_ITEMS -> "Input items";
            case CREATE_CONVERSATION -> "New conversation";
            case USE_CONVERSATION -> "Conversation";
            case CREATE_BATCH -> "Batch";
            case LIST_BATCHES -> "List of batches";
            case RETRIEVE_BATCH -> "Batch status";
            case CANCEL_BATCH -> "Batch cancellation";
            case DELETE_BATCH -> "Batch deletion";
            case RETRIEVE_BATCH_RESULTS -> "Batch results";
            case null -> null;
        };
    }

    static List<Option> operations() {
        return Stream.of(CallOperation.values())
                .map(operation -> new Option(operation.toString(), requireNonNull(operation(operation), "no name")))
                .toList();
    }

    /** {@code call.operationName} in templates: the operation, unless it is the usual one. */
    public static @Nullable String operationName(UsageRecord call) {
        CallOperation operation = call.getOperation();
        return operation == CallOperation.CREATE_RESPONSE || operation == CallOperation.CREATE_MESSAGE
                ? null
                : operation(operation);
    }

    /** {@code call.cacheWriteDetails} in templates: for how long tokens were written to the cache; null if unknown. */
    public static @Nullable String cacheWriteDetails(UsageRecord call) {
        return joined(
                counted(call.getCacheWrite5mTokens(), "%,d for 5 min"),
                counted(call.getCacheWrite1hTokens(), "%,d for 1 h"));
    }

    /** {@code call.priceDetails} in templates: details of the price, such as web searches; null if unknown. */
    public static @Nullable String priceDetails(UsageRecord call) {
        return joined(
                counted(call.getReasoningTokens(), "%,d reasoning"),
                counted(call.getWebSearchRequests(), "%,d web searches"),
                counted(call.getWebFetchRequests(), "%,d web fetches"),
                call.getServiceTier());
    }

    private static @Nullable String counted(@Nullable Long count, String format) {
        return count == null || count == 0 ? null : format.formatted(count);
    }

    private static @Nullable String joined(@Nullable String... details) {
        List<String> known = new ArrayList<>();
        for (@Nullable String detail : details) {
            if (detail != null) {
                known.add(detail);
            }
        }
        return known.isEmpty() ? null : String.join(", ", known);
    }
}
