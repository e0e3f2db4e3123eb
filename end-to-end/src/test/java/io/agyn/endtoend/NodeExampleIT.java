package io.agyn.endtoend;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;

/** The Node.js example with OpenAI's and Anthropic's SDKs. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class NodeExampleIT extends SdkExampleTests {

    // Node.js resolves libraries relative to the program, so it runs from the folder where they are installed.
    private static final String PROJECT = "node-example";

    NodeExampleIT() throws IOException {
        super(Checkout.kept(PROJECT));
    }

    @Override
    void install() throws Exception {
        Command.require("node", "Node.js 20 or later, with npm");
        Command.require("npm", "npm, which comes with Node.js 20 or later");
        Checkout.copy(Checkout.example("node"), Checkout.kept(PROJECT));
        succeed("npm", "install", "--no-audit", "--no-fund", "--silent");
    }

    @Override
    List<String> program() {
        return List.of("npm", "start", "--silent");
    }
}
