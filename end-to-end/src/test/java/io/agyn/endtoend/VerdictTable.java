package io.agyn.endtoend;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The verdicts of suites straight at a provider and through the LLM Proxy. */
final class VerdictTable {

    private final Set<String> accepted;
    private final List<String> rows = new ArrayList<>();
    private final List<String> differences = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final Set<String> unused;

    /** @param accepted the tests that may differ, as {@code suite<tab>test} */
    VerdictTable(Set<String> accepted) {
        this.accepted = accepted;
        unused = new TreeSet<>(accepted);
    }

    /** @param mustPass whether a test that fails straight is a problem */
    void add(String suite, boolean mustPass, Map<String, Verdict> straight, Map<String, Verdict> proxy) {
        Set<String> tests = new TreeSet<>(straight.keySet());
        tests.addAll(proxy.keySet());
        int differing = 0;
        for (String test : tests) {
            Verdict expected = straight.get(test);
            Verdict actual = proxy.get(test);
            if (expected != actual) {
                differing++;
                String key = suite + "\t" + test;
                unused.remove(key);
                String difference =
                        "%s: %s: %s straight, %s through the proxy".formatted(suite, test, expected, actual);
                differences.add(difference + (accepted.contains(key) ? " (accepted)" : ""));
                if (!accepted.contains(key)) {
                    problems.add(difference);
                }
            }
        }
        straight.forEach((test, verdict) -> {
            if (mustPass && verdict != Verdict.PASSED) {
                problems.add("%s: %s: %s straight".formatted(suite, test, verdict));
            }
        });
        // Two equal failures would prove nothing.
        if (count(straight, Verdict.PASSED) == 0) {
            problems.add(suite + ": nothing passed straight");
        }
        rows.add("| %s | %d | %d | %d | %d |"
                .formatted(
                        suite, tests.size(), count(straight, Verdict.PASSED), count(proxy, Verdict.PASSED), differing));
    }

    /** Differences that are not accepted, accepted ones that no longer exist, and suites that prove nothing. */
    List<String> problems() {
        List<String> all = new ArrayList<>(problems);
        unused.forEach(test -> all.add("no longer differs, remove it from accepted.txt: " + test));
        return all;
    }

    String markdown() {
        StringBuilder text = new StringBuilder();
        text.append("| suite | tests | passed straight | passed through the proxy | differences |\n");
        text.append("| --- | --- | --- | --- | --- |\n");
        rows.forEach(row -> text.append(row).append('\n'));
        if (!differences.isEmpty()) {
            text.append('\n');
            differences.forEach(
                    difference -> text.append("- ").append(difference).append('\n'));
        }
        return text.toString();
    }

    private static long count(Map<String, Verdict> verdicts, Verdict wanted) {
        return verdicts.values().stream().filter(wanted::equals).count();
    }
}
