package io.agyn.endtoend;

import io.agyn.scripted.ReceivedCall;
import io.agyn.scripted.ScriptedProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Codex, over WebSocket and over HTTP. A scenario also checks that calls arrive over the expected transport. */
record CodexSuite(Path programs, ScriptedProvider provider) implements Suite {

    private static final String TEXT = CalledModels.WORDS;
    private static final String SHELL = "tool=exec_command;arguments={\"cmd\":\"echo agyn-$((6*7))\"}";

    @Override
    public String name() {
        return "Codex";
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
        AgentScenarios scenarios = new AgentScenarios(programs.resolve("codex"), provider, side);
        for (boolean webSocket : List.of(true, false)) {
            configure(scenarios.home(), side, webSocket);
            String over = webSocket ? " over WebSocket" : " over HTTP";
            conversation(scenarios, over, webSocket ? ReceivedCall.MESSAGE : "POST");
            errors(scenarios, over, webSocket ? ReceivedCall.MESSAGE : "POST");
            AgentRun doctor = run(scenarios, "doctor", "--all", "--no-color");
            String connected = webSocket ? "connected (HTTP 101" : "Responses WebSocket is not enabled";
            scenarios.verdict("doctor" + over, doctor, doctor.succeeds(connected) && isClean(doctor));
        }
        // Without it, Codex lists its own models.
        String catalog = "model_providers.suite.model_catalog_url=\"%s/v1/models\"".formatted(side.baseUrl());
        AgentRun models = run(scenarios, "debug", "models", "-c", catalog);
        scenarios.verdict("model catalog", models, models.succeeds("\"slug\":\"model\""));
        scenarios.script("");
        AgentRun builtIn = builtInProvider(scenarios);
        scenarios.verdict(
                "openai_base_url", builtIn, builtIn.succeeds(TEXT) && builtIn.sends(ReceivedCall.MESSAGE, "Say hello"));
        writeConfig(scenarios.home(), side, "auth = { command = \"%s\" }".formatted(side.tokenCommand()), false);
        AgentRun command = exec(scenarios, "Say hello");
        scenarios.verdict("token by command", command, command.succeeds(TEXT) && command.sends("POST", "Say hello"));
        return scenarios.verdicts();
    }

    private static void conversation(AgentScenarios scenarios, String over, String method) throws Exception {
        scenarios.script("");
        AgentRun first = exec(scenarios, "Say hello");
        scenarios.verdict("exec" + over, first, first.succeeds(TEXT) && first.sends(method, "Say hello"));
        AgentRun resumed = exec(scenarios, "resume", "--last", "Again");
        scenarios.verdict("resume" + over, resumed, resumed.succeeds(TEXT) && resumed.sends(method, "Again"));
        AgentRun image = exec(scenarios, "--image", scenarios.image().toString(), "--", "Describe it");
        scenarios.verdict("image" + over, image, image.succeeds(TEXT) && image.sends(method, "data:image/png;base64,"));
        // Codex compacts by the API only for providers of this name, otherwise by a prompt.
        for (String name : List.of("OpenAI", "suite")) {
            AgentRun compacted = exec(
                    scenarios,
                    "-c",
                    "model_providers.suite.name=\"%s\"".formatted(name),
                    "-c",
                    "model_auto_compact_token_limit=20",
                    "resume",
                    "--last",
                    "And again");
            String asked = name.equals("OpenAI") ? "compaction_trigger" : "CONTEXT CHECKPOINT COMPACTION";
            scenarios.verdict(
                    "compaction as " + name + over,
                    compacted,
                    compacted.succeeds(TEXT) && compacted.sends(method, asked));
        }
        scenarios.script(SHELL);
        // The tools of models that Codex knows are JavaScript.
        AgentRun tool = exec(scenarios, "--model", "model", "Run it");
        scenarios.verdict(
                "shell command" + over,
                tool,
                tool.succeeds(TEXT) && tool.sends(method, "function_call_output") && tool.sends(method, "agyn-42"));
    }

    private static void errors(AgentScenarios scenarios, String over, String method) throws Exception {
        scenarios.script("status=400");
        AgentRun invalid = exec(scenarios, "Say hello");
        scenarios.verdict(
                "400 in %d calls%s".formatted(invalid.count(method, 400), over),
                invalid,
                invalid.fails("Unsupported parameter: 'temperature'"));
        for (int status : List.of(429, 529)) {
            scenarios.script("", "status=%d;retry-after=1".formatted(status));
            AgentRun retried = exec(scenarios, "Say hello");
            scenarios.verdict(
                    "retry after %d %s".formatted(status, over.strip()),
                    retried,
                    retried.succeeds(TEXT) && retried.count(method, status) == 1);
        }
    }

    /** The provider that is built into Codex, at another address. */
    private static AgentRun builtInProvider(AgentScenarios scenarios) throws Exception {
        Map<String, String> environment = Map.of(
                "CODEX_HOME",
                scenarios.home().toString(),
                "CODEX_API_KEY",
                scenarios.side().key());
        return scenarios.run(
                environment,
                List.of(
                        "exec",
                        "--skip-git-repo-check",
                        "--json",
                        "-c",
                        "model_provider=\"openai\"",
                        "-c",
                        "openai_base_url=\"%s/v1\"".formatted(scenarios.side().baseUrl()),
                        "Say hello"));
    }

    /** The check for updates asks GitHub. */
    private static boolean isClean(AgentRun doctor) {
        String output = doctor.result().output();
        return output.contains(" 0 fail ")
                && output.lines()
                        .map(String::strip)
                        .noneMatch(line -> line.startsWith("⚠") && !line.contains(" updates "));
    }

    static void configure(Path home, SuiteSide side, boolean webSocket) throws IOException {
        writeConfig(home, side, "env_key = \"SUITE_KEY\"", webSocket);
    }

    private static void writeConfig(Path home, SuiteSide side, String key, boolean webSocket) throws IOException {
        Files.writeString(home.resolve("config.toml"), """
                model = "gpt-6-astra"
                model_provider = "suite"

                [model_providers.suite]
                name = "suite"
                base_url = "%s/v1"
                %s
                wire_api = "responses"
                supports_websockets = %s
                """.formatted(side.baseUrl(), key, webSocket));
    }

    static AgentRun exec(AgentScenarios scenarios, String... arguments) throws Exception {
        List<String> exec = List.of("exec", "--skip-git-repo-check", "--json", "--sandbox", "danger-full-access");
        return run(scenarios, Stream.concat(exec.stream(), Stream.of(arguments)).toArray(String[]::new));
    }

    private static AgentRun run(AgentScenarios scenarios, String... arguments) throws Exception {
        Map<String, String> environment = Map.of(
                "CODEX_HOME",
                scenarios.home().toString(),
                "SUITE_KEY",
                scenarios.side().key(),
                "TERM",
                "xterm");
        return scenarios.run(environment, List.of(arguments));
    }
}
