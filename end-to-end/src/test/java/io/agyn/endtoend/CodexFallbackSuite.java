package io.agyn.endtoend;

import io.agyn.scripted.ScriptedProvider;
import java.nio.file.Path;
import java.util.Map;

/**
 * Codex over WebSocket with a provider that refuses WebSockets: straight it falls back to HTTP, and the proxy sends its messages
 * over HTTP. Must be the last suite, since the proxy remembers the refusal.
 */
record CodexFallbackSuite(Path programs, ScriptedProvider provider) implements Suite {

    private static final int UPGRADE_REQUIRED = 426;

    @Override
    public String name() {
        return "Codex, provider without WebSocket";
    }

    @Override
    public boolean mustPass() {
        return true;
    }

    @Override
    public Comparison comparison() {
        return Comparison.NOTHING;
    }

    @Override
    public Map<String, Verdict> run(SuiteSide side) throws Exception {
        AgentScenarios scenarios = new AgentScenarios(programs.resolve("codex"), provider, side);
        CodexSuite.configure(scenarios.home(), side, true);
        provider.refuseWebSockets(UPGRADE_REQUIRED);
        try {
            AgentRun first = CodexSuite.exec(scenarios, "Say hello");
            scenarios.verdict("exec", first, succeeds(first, "Say hello"));
            // Through the proxy, the refusal is known before the upgrade.
            AgentRun resumed = CodexSuite.exec(scenarios, "resume", "--last", "Again");
            scenarios.verdict("resume", resumed, succeeds(resumed, "Again"));
        } finally {
            provider.acceptWebSockets();
        }
        return scenarios.verdicts();
    }

    private static boolean succeeds(AgentRun run, String prompt) {
        return run.succeeds(CalledModels.WORDS) && run.sends("POST", prompt);
    }
}
