package io.agyn.proxy.listing;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agyn.proxy.routing.ListedModel;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The model catalogue of Codex. Codex discards the whole catalogue if an entry lacks a required member, or two entries
 * have one slug.
 *
 * @see <a href="https://github.com/openai/codex/blob/main/codex-rs/protocol/src/openai_models.rs">ModelInfo</a>
 */
final class CodexCatalog {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** The system prompt of models without their own. */
    private static final String INSTRUCTIONS = """
            You are Codex, a coding agent. You and the user share one workspace. Work on the task until it is done.

            - Read the relevant files before you change them. Prefer rg for searches.
            - Plan a task of several steps with the plan tool, if you have one.
            - Make the smallest change that solves the problem, in the style of the code around it.
            - Edit files with the apply_patch tool if you have it, otherwise with shell commands.
            - Check your work with the project's own build and tests.
            - Do not revert changes that you did not make. Run destructive commands such as git reset --hard only if the user \
            asks for them.
            - Follow the AGENTS.md files of the folders that you change. Respect the sandbox and the approval rules.
            - End with a brief summary: the changed files with their paths, the checks, and the remaining work.
            """;

    private CodexCatalog() {}

    /** Writes the entries of models, whose order is that of Codex' list. */
    static void write(JsonGenerator json, List<ListedModel> models) throws IOException {
        Set<String> slugs = new HashSet<>();
        json.writeStartArray();
        for (ListedModel model : models) {
            // A name may equal the qualified name of another organization's model.
            if (slugs.add(model.id())) {
                MAPPER.writeTree(json, entry(model, slugs.size()));
            }
        }
        json.writeEndArray();
    }

    private static ObjectNode entry(ListedModel model, int priority) throws IOException {
        ObjectNode entry = MAPPER.createObjectNode();
        entry.put("slug", model.id());
        entry.put("display_name", model.name());
        entry.putArray("supported_reasoning_levels");
        // The only value that all versions know.
        entry.put("shell_type", "shell_command");
        entry.put("visibility", "list");
        entry.put("supported_in_api", true);
        entry.put("priority", priority);
        entry.put("support_verbosity", false);
        entry.putObject("truncation_policy").put("mode", "tokens").put("limit", 10_000);
        entry.putArray("experimental_supported_tools");
        // Versions before 0.150 require these two.
        entry.put("supports_reasoning_summaries", false);
        entry.put("supports_parallel_tool_calls", false);
        // Codex' own value for unknown models; without one it never compacts a conversation.
        entry.put("context_window", 272_000);
        entry.put("base_instructions", INSTRUCTIONS);
        if (model.codexEntry() != null) {
            entry.setAll((ObjectNode) MAPPER.readTree(model.codexEntry()));
            entry.put("slug", model.id());
        }
        return entry;
    }
}
