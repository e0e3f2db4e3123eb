package io.agyn.endtoend;

import io.agyn.scripted.ReceivedCall;
import io.agyn.scripted.ScriptedProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Codex and Claude Code. A scenario passes if the program succeeds with the expected text, and its calls arrive over the
 * expected transport.
 *
 * @param programs the folder of the programs
 */
record AgentSuite(Path programs, ScriptedProvider provider) implements Suite {

    @Override
    public String name() {
        return "Codex and Claude Code";
    }

    @Override
    public Map<String, Verdict> run(SuiteSide side) throws Exception {
        Map<String, Verdict> verdicts = new TreeMap<>();
        for (boolean webSockets : List.of(true, false)) {
            Path home = Files.createTempDirectory(programs.getParent(), "codex");
            configure(home, side, webSockets);
            String suffix = webSockets ? " over WebSocket" : " over HTTP";
            String transport = webSockets ? ReceivedCall.MESSAGE : "POST";
            List<String> exec = List.of("exec", "--skip-git-repo-check", "--json");
            verdicts.put(
                    "codex exec" + suffix,
                    codex(home, side, CalledModels.WORDS, transport, exec, List.of("Say hello")));
            verdicts.put(
                    "codex resume" + suffix,
                    codex(home, side, CalledModels.WORDS, transport, exec, List.of("resume", "--last", "Again")));
            String connected = webSockets ? "connected (HTTP 101" : "supports websockets";
            List<String> doctor = List.of("doctor", "--network-only", "--no-color", "--all");
            verdicts.put("codex doctor" + suffix, codex(home, side, connected, "GET", doctor, List.of()));
        }
        Path home = Files.createTempDirectory(programs.getParent(), "claude");
        List<String> print = List.of("--model", "claude-opus-5-5", "-p");
        verdicts.put("claude -p", claude(home, side, print, List.of("Say hello")));
        verdicts.put("claude -c", claude(home, side, print, List.of("-c", "Again")));
        verdicts.put(
                "claude stream-json",
                claude(home, side, print, List.of("--output-format", "stream-json", "--verbose", "Say hello")));
        return verdicts;
    }

    private static void configure(Path home, SuiteSide side, boolean webSockets) throws IOException {
        Files.writeString(home.resolve("config.toml"), """
                model = "gpt-6-astra"
                model_provider = "suite"

                [model_providers.suite]
                name = "suite"
                base_url = "%s/v1"
                env_key = "SUITE_KEY"
                wire_api = "responses"
                supports_websockets = %s
                """.formatted(side.baseUrl(), webSockets));
    }

    private Verdict codex(
            Path home, SuiteSide side, String expected, String transport, List<String> options, List<String> arguments)
            throws Exception {
        Map<String, String> environment = Map.of("CODEX_HOME", home.toString(), "SUITE_KEY", side.key());
        return run(home, "codex", environment, expected, transport, options, arguments);
    }

    private Verdict claude(Path home, SuiteSide side, List<String> options, List<String> arguments) throws Exception {
        Map<String, String> environment = new HashMap<>();
        environment.put("HOME", home.toString());
        environment.put("CLAUDE_CONFIG_DIR", home.resolve("config").toString());
        environment.put("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1");
        environment.put("ANTHROPIC_BASE_URL", side.baseUrl());
        environment.put("ANTHROPIC_AUTH_TOKEN", side.key());
        return run(home, "claude", environment, CalledModels.WORDS, "POST", options, arguments);
    }

    private Verdict run(
            Path home,
            String program,
            Map<String, String> environment,
            String expected,
            String transport,
            List<String> options,
            List<String> arguments)
            throws Exception {
        provider.forget();
        // A closed standard input, which the programs would wait for.
        Command.Result result = new Command(
                        home,
                        environment,
                        List.of(
                                "sh",
                                "-c",
                                "exec \"$0\" \"$@\" < /dev/null",
                                programs.resolve(program).toString()))
                .with(options)
                .with(arguments)
                .run();
        boolean arrived =
                provider.received().stream().anyMatch(call -> call.method().equals(transport));
        boolean succeeded = result.exitCode() == 0 && result.output().contains(expected);
        return succeeded && (arrived || transport.equals("GET")) ? Verdict.PASSED : Verdict.FAILED;
    }
}
