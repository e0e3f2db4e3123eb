package io.agyn.console.providers;

import io.agyn.api.model.AuthMethod;
import io.agyn.api.model.Protocol;
import io.agyn.console.forms.Form;

/** The initial values of the form for common LLM providers. */
public enum Preset {
    OPENAI("OpenAI", "https://api.openai.com/v1", Protocol.RESPONSES, AuthMethod.BEARER, "Keys start with sk-."),
    ANTHROPIC(
            "Anthropic",
            "https://api.anthropic.com/v1",
            Protocol.ANTHROPIC_MESSAGES,
            AuthMethod.X_API_KEY,
            "Keys start with sk-ant-."),
    AZURE_OPENAI(
            "Azure OpenAI",
            "https://YOUR-RESOURCE.openai.azure.com/openai/v1",
            Protocol.RESPONSES,
            AuthMethod.BEARER,
            "Replace YOUR-RESOURCE with your resource's name. The remote model name is the name of the deployment."),
    OPENROUTER(
            "OpenRouter",
            "https://openrouter.ai/api/v1",
            Protocol.RESPONSES,
            AuthMethod.BEARER,
            "Keys start with sk-or-. Remote model names start with the vendor: openai/gpt-4o."),
    VLLM(
            "vLLM",
            "http://localhost:8000/v1",
            Protocol.RESPONSES,
            AuthMethod.BEARER,
            "Replace localhost with your server. Use the key of its option --api-key, or any key without it."),
    GATEWAY(
            "Custom gateway",
            "https://gateway.example.com/v1",
            Protocol.RESPONSES,
            AuthMethod.CUSTOM_HEADERS,
            "Replace gateway.example.com with your gateway, and enter the headers that it requires.");

    private final String title;
    private final String endpoint;
    private final Protocol protocol;
    private final AuthMethod authMethod;
    private final String hint;

    Preset(String title, String endpoint, Protocol protocol, AuthMethod authMethod, String hint) {
        this.title = title;
        this.endpoint = endpoint;
        this.protocol = protocol;
        this.authMethod = authMethod;
        this.hint = hint;
    }

    public String title() {
        return title;
    }

    /** A hint for the remaining fields. */
    public String hint() {
        return hint;
    }

    public String endpoint() {
        return endpoint;
    }

    public Protocol protocol() {
        return protocol;
    }

    public AuthMethod authMethod() {
        return authMethod;
    }

    Form applyTo(Form form) {
        return form.set("endpoint", endpoint)
                .set("protocol", protocol.toString())
                .set("auth_method", authMethod.toString());
    }
}
