package io.agyn.proxy.listing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agyn.api.model.Protocol;
import io.agyn.proxy.routing.ListedModel;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class CodexCatalogTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Test
    void entryHasTheMembersThatCodexRequires() throws IOException {
        JsonNode entry = models(model("gpt", "gpt", null)).get(0);
        assertThat(entry.path("slug").textValue()).isEqualTo("gpt");
        assertThat(entry.path("display_name").textValue()).isEqualTo("gpt");
        assertThat(entry.path("supported_reasoning_levels").isArray()).isTrue();
        assertThat(entry.path("shell_type").textValue()).isEqualTo("shell_command");
        assertThat(entry.path("visibility").textValue()).isEqualTo("list");
        assertThat(entry.path("supported_in_api").isBoolean()).isTrue();
        assertThat(entry.path("priority").isInt()).isTrue();
        assertThat(entry.path("support_verbosity").isBoolean()).isTrue();
        assertThat(entry.path("truncation_policy").path("mode").textValue()).isEqualTo("tokens");
        assertThat(entry.path("truncation_policy").path("limit").isInt()).isTrue();
        assertThat(entry.path("experimental_supported_tools").isArray()).isTrue();
        assertThat(entry.path("supports_reasoning_summaries").isBoolean()).isTrue();
        assertThat(entry.path("supports_parallel_tool_calls").isBoolean()).isTrue();
        assertThat(entry.path("base_instructions").textValue()).startsWith("You are Codex");
    }

    @Test
    void storedMembersReplaceTheDefaultOnesButNotTheSlug() throws IOException {
        JsonNode entry = models(
                        model(
                                "acme/gpt",
                                "gpt",
                                "{\"slug\": \"x\", \"display_name\": \"GPT ⚡\", \"truncation_policy\": {\"mode\": \"bytes\"}, \"new\": [1]}"))
                .get(0);
        assertThat(entry.path("slug").textValue()).isEqualTo("acme/gpt");
        assertThat(entry.path("display_name").textValue()).isEqualTo("GPT ⚡");
        assertThat(entry.path("truncation_policy").toString()).isEqualTo("{\"mode\":\"bytes\"}");
        assertThat(entry.path("new").toString()).isEqualTo("[1]");
        assertThat(entry.path("visibility").textValue()).isEqualTo("list");
    }

    @Test
    void slugsAreUniqueInTheListsOrder() throws IOException {
        JsonNode models =
                models(model("acme/gpt", "gpt", null), model("acme/gpt", "acme/gpt", null), model("o3", "o3", null));
        assertThat(models.findValuesAsText("slug")).containsExactly("acme/gpt", "o3");
        assertThat(models.findValuesAsText("priority")).containsExactly("1", "2");
    }

    /** {@code ModelList} relies on it. */
    @Test
    void modelWithTheLongestNamesTakesAtMost4096Bytes() {
        String name = "😀".repeat(128);
        ListedModel longest = new ListedModel(
                "s".repeat(63) + "/" + name,
                UUID.randomUUID(),
                name,
                null,
                "s".repeat(63),
                Protocol.RESPONSES,
                Instant.parse("9999-12-31T23:59:59Z"),
                null);
        int one = ModelFormat.CODEX.list(List.of(longest), Map.of()).length;
        assertThat(one).isLessThan(4096);
    }

    private static JsonNode models(ListedModel... models) throws IOException {
        return MAPPER.readTree(ModelFormat.CODEX.list(List.of(models), Map.of()))
                .path("models");
    }

    private static ListedModel model(String id, String name, @Nullable String entry) {
        return new ListedModel(id, UUID.randomUUID(), name, null, "acme", Protocol.RESPONSES, Instant.EPOCH, entry);
    }
}
