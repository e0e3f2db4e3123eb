package io.agyn.endtoend;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;

/** The Python example with OpenAI's and Anthropic's SDKs. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class PythonExampleIT extends SdkExampleTests {

    private final Path venv = Checkout.kept("python-example");
    private final String python = venv.resolve("bin/python").toString();

    PythonExampleIT() throws IOException {
        super(Checkout.example("python"));
    }

    @Override
    void install() throws Exception {
        Command.require("python3", "Python 3.10 or later, with its module venv");
        succeed("python3", "-m", "venv", venv.toString());
        succeed(python, "-m", "pip", "install", "--quiet", "-r", "requirements.txt");
    }

    @Override
    List<String> program() {
        return List.of(python, "call_models.py");
    }
}
