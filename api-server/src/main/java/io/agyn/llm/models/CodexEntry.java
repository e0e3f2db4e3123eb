package io.agyn.llm.models;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Checks a model's entry in Codex' model catalogue. Codex discards the whole catalogue if it cannot read one entry, so
 * an error here would hide the models of all users. Only members that Codex requires are checked; the others differ
 * between its versions.
 *
 * @see <a href="https://github.com/openai/codex/blob/main/codex-rs/protocol/src/openai_models.rs">ModelInfo</a>
 */
final class CodexEntry {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private record Member(String name, Predicate<JsonNode> accepts, String expected) {}

    private static final List<Member> REQUIRED = List.of(
            new Member("display_name", JsonNode::isTextual, "a string"),
            new Member(
                    "supported_reasoning_levels",
                    value -> isArrayOf(value, CodexEntry::isReasoningLevel),
                    "an array of objects with the strings effort and description"),
            oneOf("shell_type", "shell_command", "unified_exec", "default", "local", "disabled"),
            oneOf("visibility", "list", "hide", "none"),
            new Member("supported_in_api", JsonNode::isBoolean, "true or false"),
            new Member(
                    "priority",
                    value -> value.isIntegralNumber() && value.canConvertToInt(),
                    "a whole number of at most 32 bits"),
            new Member("support_verbosity", JsonNode::isBoolean, "true or false"),
            new Member(
                    "truncation_policy",
                    CodexEntry::isTruncationPolicy,
                    "an object with mode, bytes or tokens, and limit, a whole number that is not negative"),
            new Member(
                    "experimental_supported_tools",
                    value -> isArrayOf(value, JsonNode::isTextual),
                    "an array of strings"),
            new Member("supports_reasoning_summaries", JsonNode::isBoolean, "true or false"),
            new Member("supports_parallel_tool_calls", JsonNode::isBoolean, "true or false"),
            new Member("base_instructions", JsonNode::isTextual, "a string"));

    private CodexEntry() {}

    /** Returns the remedy for an entry that Codex cannot read; empty for a valid one. */
    static Optional<String> violation(String text) {
        JsonNode entry;
        try {
            entry = MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            return Optional.of("Must be valid JSON; there is an error at line %d, column %d."
                    .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr()));
        }
        if (!entry.isObject()) {
            return Optional.of("Must be a JSON object.");
        }
        return REQUIRED.stream()
                .filter(member -> entry.has(member.name()) && !member.accepts().test(entry.get(member.name())))
                .findFirst()
                .map(member -> "The member %s must be %s.".formatted(member.name(), member.expected()));
    }

    private static Member oneOf(String name, String... values) {
        return new Member(
                name, value -> Set.of(values).contains(value.asText()), "one of " + String.join(", ", values));
    }

    private static boolean isReasoningLevel(JsonNode level) {
        return level.path("effort").isTextual()
                && !level.path("effort").textValue().isEmpty()
                && level.path("description").isTextual();
    }

    private static boolean isTruncationPolicy(JsonNode policy) {
        JsonNode limit = policy.path("limit");
        return Set.of("bytes", "tokens").contains(policy.path("mode").asText())
                && limit.isIntegralNumber()
                && limit.canConvertToLong()
                && limit.longValue() >= 0;
    }

    private static boolean isArrayOf(JsonNode value, Predicate<JsonNode> accepts) {
        if (!value.isArray()) {
            return false;
        }
        for (JsonNode each : value) {
            if (!accepts.test(each)) {
                return false;
            }
        }
        return true;
    }
}
