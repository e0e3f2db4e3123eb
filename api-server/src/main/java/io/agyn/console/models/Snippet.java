package io.agyn.console.models;

import io.agyn.api.model.Model;
import io.agyn.api.model.Protocol;
import java.util.List;
import java.util.regex.Pattern;

/** Code or configuration that calls a model. */
public record Snippet(String title, String text) {
    // Names that need no quoting in any of the snippets.
    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:@-]*");

    /**
     * The snippets for a protocol.
     *
     * @param gateway scheme, host and port of the server
     */
    static List<Snippet> of(String gateway, Model model, Protocol protocol) {
        String name = PLAIN_NAME.matcher(model.getName()).matches()
                ? model.getName()
                : model.getId().toString();
        return switch (protocol) {
            case RESPONSES -> responses(gateway, name);
            case ANTHROPIC_MESSAGES -> messages(gateway, name);
        };
    }

    private static List<Snippet> responses(String gateway, String name) {
        return List.of(
                new Snippet("curl", """
                        curl -s %s/v1/responses \\
                          -H "Authorization: Bearer $AGYN_TOKEN" -H 'Content-Type: application/json' \\
                          -d '{"model": "%s", "input": "Hello, world"}'""".formatted(gateway, name)),
                new Snippet("OpenAI SDK for Python", """
                        import os
                        from openai import OpenAI

                        client = OpenAI(base_url="%s/v1", api_key=os.environ["AGYN_TOKEN"])
                        response = client.responses.create(model="%s", input="Hello, world")
                        print(response.output_text)""".formatted(gateway, name)),
                new Snippet("Codex, in ~/.codex/config.toml", """
                        model = "%s"
                        model_provider = "agyn"

                        [model_providers.agyn]
                        name = "Agyn"
                        base_url = "%s/v1"
                        model_catalog_url = "%s/v1/models"
                        env_key = "AGYN_TOKEN"
                        wire_api = "responses\"""".formatted(name, gateway, gateway)));
    }

    private static List<Snippet> messages(String gateway, String name) {
        return List.of(
                new Snippet("curl", """
                        curl -s %s/v1/messages \\
                          -H "x-api-key: $AGYN_TOKEN" -H 'anthropic-version: 2023-06-01' -H 'Content-Type: application/json' \\
                          -d '{"model": "%s", "max_tokens": 256, "messages": [{"role": "user", "content": "Hello, world"}]}'""".formatted(gateway, name)),
                new Snippet("Anthropic SDK for Python", """
                        import os
                        from anthropic import Anthropic

                        client = Anthropic(base_url="%s", api_key=os.environ["AGYN_TOKEN"])
                        message = client.messages.create(
                            model="%s",
                            max_tokens=256,
                            messages=[{"role": "user", "content": "Hello, world"}],
                        )
                        print(message.content[0].text)""".formatted(gateway, name)),
                new Snippet("Claude Code, in its environment", """
                        export ANTHROPIC_BASE_URL=%s
                        export ANTHROPIC_AUTH_TOKEN=$AGYN_TOKEN
                        export ANTHROPIC_MODEL=%s
                        export ANTHROPIC_DEFAULT_HAIKU_MODEL=%s
                        export ENABLE_TOOL_SEARCH=true
                        export CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY=1
                        claude""".formatted(gateway, name, name)));
    }
}
