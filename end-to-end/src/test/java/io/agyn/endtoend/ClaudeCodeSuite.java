package io.agyn.endtoend;

import io.agyn.scripted.ScriptedProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Claude Code. */
record ClaudeCodeSuite(Path programs, ScriptedProvider provider) implements Suite {

    private static final String TEXT = CalledModels.WORDS;
    private static final String MODEL = "claude-opus-5-5";

    @Override
    public String name() {
        return "Claude Code";
    }

    @Override
    public boolean mustPass() {
        return true;
    }

    @Override
    public Comparison comparison() {
        return Comparison.HEADER_NAMES;
    }

    @Override
    public Map<String, Verdict> run(SuiteSide side) throws Exception {
        AgentScenarios scenarios = new AgentScenarios(programs.resolve("claude"), provider, side);
        conversation(scenarios);
        tools(scenarios);
        errors(scenarios);
        scenarios.script("tool=none");
        AgentRun context = print(scenarios, "/context");
        boolean counted =
                context.calls().stream().anyMatch(call -> call.target().contains("/count_tokens"));
        scenarios.verdict("/context", context, context.succeeds("Context Usage") && counted);
        AgentRun discovery = run(scenarios, Map.of("CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY", "1"), "Say hello");
        Path cache = scenarios.home().resolve("config/cache/gateway-models.json");
        scenarios.verdict(
                "gateway model discovery",
                discovery,
                discovery.succeeds(TEXT)
                        && Files.exists(cache)
                        && Files.readString(cache).contains(MODEL));
        keyHelper(scenarios);
        return scenarios.verdicts();
    }

    private static void keyHelper(AgentScenarios scenarios) throws Exception {
        Path settings = scenarios.home().resolve("config/settings.json");
        Files.writeString(
                settings,
                "{\"apiKeyHelper\": \"%s\"}".formatted(scenarios.side().tokenCommand()));
        scenarios.script("tool=none");
        Map<String, String> environment = environment(scenarios);
        environment.remove("ANTHROPIC_AUTH_TOKEN");
        AgentRun run = scenarios.run(environment, List.of("--model", MODEL, "-p", "Say hello"));
        scenarios.verdict("apiKeyHelper", run, run.succeeds(TEXT) && run.sends("POST", "Say hello"));
    }

    private static void conversation(AgentScenarios scenarios) throws Exception {
        scenarios.script("tool=none");
        AgentRun first = print(scenarios, "Say hello");
        scenarios.verdict("-p", first, first.succeeds(TEXT) && first.sends("POST", "Say hello"));
        AgentRun continued = print(scenarios, "--continue", "Again");
        scenarios.verdict("--continue", continued, continued.succeeds(TEXT) && continued.sends("POST", "Say hello"));
        AgentRun events = print(scenarios, "--output-format", "stream-json", "--verbose", "Say hello");
        scenarios.verdict("stream-json", events, events.succeeds(TEXT));
        AgentRun compacted = print(scenarios, "--continue", "/compact");
        scenarios.verdict("/compact", compacted, compacted.succeeds("") && compacted.sends("POST", "summary"));
    }

    private static void tools(AgentScenarios scenarios) throws Exception {
        scenarios.script("tool=Bash;arguments={\"command\":\"echo agyn-$((6*7))\",\"description\":\"Echo\"}");
        AgentRun shell = print(scenarios, "--allowedTools", "Bash", "--", "Run it");
        scenarios.verdict("shell command", shell, shell.succeeds(TEXT) && shell.sends("POST", "agyn-42"));
        scenarios.script("tool=Read;arguments={\"file_path\":\"%s\"}".formatted(scenarios.image()));
        AgentRun image = print(scenarios, "Read it");
        scenarios.verdict("image", image, image.succeeds(TEXT) && image.sends("POST", "image/png"));
    }

    private static void errors(AgentScenarios scenarios) throws Exception {
        scenarios.script("status=400");
        AgentRun invalid = print(scenarios, "Say hello");
        scenarios.verdict(
                "400 in %d calls".formatted(invalid.count("POST", 400)),
                invalid,
                invalid.fails("API Error: 400 max_tokens: Field required"));
        for (int status : List.of(429, 529)) {
            scenarios.script("tool=none", "status=%d;retry-after=1".formatted(status));
            AgentRun retried = print(scenarios, "Say hello");
            scenarios.verdict(
                    "retry after " + status, retried, retried.succeeds(TEXT) && retried.count("POST", status) == 1);
        }
    }

    private static AgentRun print(AgentScenarios scenarios, String... arguments) throws Exception {
        return run(scenarios, Map.of("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1"), arguments);
    }

    private static AgentRun run(AgentScenarios scenarios, Map<String, String> variables, String... arguments)
            throws Exception {
        Map<String, String> environment = environment(scenarios);
        environment.putAll(variables);
        List<String> print = List.of("--model", MODEL, "-p");
        return scenarios.run(
                environment, Stream.concat(print.stream(), Stream.of(arguments)).toList());
    }

    private static Map<String, String> environment(AgentScenarios scenarios) {
        Map<String, String> environment = new HashMap<>();
        environment.put("HOME", scenarios.home().toString());
        environment.put("CLAUDE_CONFIG_DIR", scenarios.home().resolve("config").toString());
        environment.put("ANTHROPIC_BASE_URL", scenarios.side().baseUrl());
        environment.put("ANTHROPIC_AUTH_TOKEN", scenarios.side().key());
        return environment;
    }
}
