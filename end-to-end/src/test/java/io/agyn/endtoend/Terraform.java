package io.agyn.endtoend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A terraform that uses the built provider from a mirror, and none of the developer's configuration. */
final class Terraform {

    private static final String VERSION = "1.0.0";

    private final Path folder;
    private final String binary;
    private final Path configuration;

    private Terraform(Path folder, String binary, Path configuration) {
        this.folder = folder;
        this.binary = binary;
        this.configuration = configuration;
    }

    /** Creates the mirror below a folder, which will also hold the users' folders. */
    static Terraform in(Path folder) throws IOException, InterruptedException {
        Path mirror = folder.resolve("mirror");
        // Terraform and OpenTofu look for agynio/agyn at different registries.
        for (String registry : List.of("registry.terraform.io", "registry.opentofu.org")) {
            Path target = mirror.resolve(registry + "/agynio/agyn/" + VERSION + "/" + platform());
            Files.createDirectories(target);
            Files.copy(
                    Checkout.file("terraform-provider/bin/terraform-provider-agyn"),
                    target.resolve("terraform-provider-agyn_v" + VERSION));
        }
        Path configuration = folder.resolve("terraform.tfrc");
        Files.writeString(configuration, """
                provider_installation {
                  filesystem_mirror {
                    path = "%s"
                  }
                }
                """.formatted(mirror));
        return new Terraform(folder, findBinary(folder), configuration);
    }

    /** Creates a user with a fresh copy of an example. */
    User user(String name, Path example, Map<String, String> server) throws IOException {
        return new User(Checkout.copy(example, folder.resolve(name)), server);
    }

    /** A user with a folder of HCL and a separate state. */
    final class User {

        private final Path workspace;
        private final Map<String, String> environment;
        private final List<Command.Result> history = new ArrayList<>();

        private User(Path workspace, Map<String, String> server) {
            this.workspace = workspace;
            environment = new HashMap<>(server);
            environment.put("TF_CLI_CONFIG_FILE", configuration.toString());
            environment.put("TF_CLI_ARGS", "-no-color");
            environment.put("TF_INPUT", "0");
            environment.put("CHECKPOINT_DISABLE", "1");
        }

        Path workspace() {
            return workspace;
        }

        /** Runs a terraform command that must succeed. */
        Command.Result run(String... arguments) throws IOException, InterruptedException {
            return tryTo(arguments).expect(0);
        }

        /** Runs a terraform command that may fail. */
        Command.Result tryTo(String... arguments) throws IOException, InterruptedException {
            List<String> words = new ArrayList<>(List.of(binary));
            words.addAll(List.of(arguments));
            Command.Result ended = new Command(workspace, environment, words).run();
            history.add(ended);
            return ended;
        }

        /** The output of all commands so far. */
        String shown() {
            StringBuilder shown = new StringBuilder();
            history.forEach(ended -> shown.append(ended.output()).append(ended.errors()));
            return shown.toString();
        }

        /** The state. It is not part of {@link #shown}, since it contains credentials. */
        State state() throws IOException, InterruptedException {
            Command show = new Command(workspace, environment, List.of(binary, "show", "-json"));
            return State.parse(show.run().expect(0).output());
        }
    }

    private static String platform() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac") ? "darwin" : "linux";
        String arch =
                switch (System.getProperty("os.arch")) {
                    case "aarch64" -> "arm64";
                    case String other -> other;
                };
        return os + "_" + arch;
    }

    private static String findBinary(Path folder) throws IOException, InterruptedException {
        String given = System.getenv("TF_ACC_TERRAFORM_PATH");
        if (given != null) {
            return given;
        }
        String script =
                Checkout.file("terraform-provider/scripts/terraform-path.sh").toString();
        return new Command(folder, Map.of(), List.of(script))
                .run()
                .expect(0)
                .output()
                .strip();
    }
}
