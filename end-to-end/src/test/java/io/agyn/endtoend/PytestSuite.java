package io.agyn.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Tests that pytest runs.
 *
 * @param folder the folder of the tests
 * @param path the path that the suite's base URL ends with
 * @param arguments the files and options
 * @param comparison see {@link Suite#comparison()}
 */
record PytestSuite(String name, Path python, Path folder, String path, List<String> arguments, Comparison comparison)
        implements Suite {

    @Override
    public Map<String, Verdict> run(SuiteSide side) throws Exception {
        Path report = Files.createTempFile("agyn-suite", ".xml");
        try {
            List<String> words = new ArrayList<>(List.of(
                    python.toString(),
                    "-m",
                    "pytest",
                    "-q",
                    "-o",
                    "addopts=",
                    "-o",
                    "filterwarnings=default",
                    "-o",
                    "asyncio_mode=auto",
                    "-n",
                    "2",
                    "--junitxml=" + report));
            words.addAll(arguments);
            Command.Result result = new Command(folder, environment(side), words).run();
            // 1: some tests failed.
            return result.exitCode() == 1 ? verdicts(report) : verdicts(report, result.expect(0));
        } finally {
            Files.delete(report);
        }
    }

    private Map<String, String> environment(SuiteSide side) {
        String url = side.baseUrl() + path;
        Map<String, String> environment = new HashMap<>();
        environment.put("TEST_API_BASE_URL", url);
        environment.put("TEST_API_KEY", side.key());
        environment.put("OPENAI_BASE_URL", url);
        environment.put("OPENAI_API_KEY", side.key());
        environment.put("OPENAI_WEBSOCKET_LIVE_TEST", "1");
        environment.put("OPENAI_WEBSOCKET_TEST_MODEL", "gpt-6-astra");
        return environment;
    }

    private static Map<String, Verdict> verdicts(Path report, Command.Result passed) throws Exception {
        assertThat(passed.exitCode()).isZero();
        return verdicts(report);
    }

    private static Map<String, Verdict> verdicts(Path report) throws Exception {
        NodeList tests = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(report.toFile())
                .getElementsByTagName("testcase");
        Map<String, Verdict> verdicts = new TreeMap<>();
        for (int i = 0; i < tests.getLength(); i++) {
            Element test = (Element) tests.item(i);
            String name = test.getAttribute("classname") + "." + test.getAttribute("name");
            verdicts.merge(name, verdict(test), (one, other) -> one == Verdict.PASSED ? other : one);
        }
        return verdicts;
    }

    private static Verdict verdict(Element test) {
        if (has(test, "failure") || has(test, "error")) {
            return Verdict.FAILED;
        }
        return has(test, "skipped") ? Verdict.SKIPPED : Verdict.PASSED;
    }

    private static boolean has(Element test, String child) {
        return test.getElementsByTagName(child).getLength() > 0;
    }

    /** Reads the API key of an SDK's tests from the environment, where they have a constant. */
    static void readKeyFromEnvironment(Path conftest) throws IOException {
        String text = Files.readString(conftest);
        String changed = text.replaceFirst("(?m)^api_key = \".*\"$", "api_key = os.environ[\"TEST_API_KEY\"]");
        assertThat(changed).as("an API key in %s", conftest).contains("TEST_API_KEY");
        Files.writeString(conftest, changed);
    }
}
