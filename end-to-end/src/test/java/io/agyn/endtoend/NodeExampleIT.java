package io.agyn.endtoend;

import java.io.IOException;
import java.util.List;

/** The example for OpenAI's and Anthropic's SDKs for Node.js. */
class NodeExampleIT extends SdkExampleTests {

    // Node.js looks for libraries beside the program, so that it is run where they are installed.
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
