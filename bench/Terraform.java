import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Measures what the provider adds to terraform's own cost: apply, refresh-only plan and destroy of 1,000 resources (100
 * secrets, 100 LLM providers, 800 models) beside those of 1,000 {@code terraform_data} that refer to each other in the same
 * way, by the same terraform with the same parallelism, in turns. Then, that the plan of 20,000 resources takes no more for each than that of 2,000.
 *
 * <p>Run by {@code make bench}, which starts a server and gives its address and a token in {@code AGYN_GATEWAY} and
 * {@code AGYN_TOKEN}, the terraform in {@code TERRAFORM} and the folder of the provider in {@code PROVIDER}.
 */
final class Terraform {
    private static final int ROUNDS = Integer.getInteger("rounds", 3);
    private static final double BOUND = 1.5;

    private enum Step {
        APPLY("apply", "-auto-approve"),
        REFRESH("plan", "-refresh-only"),
        DESTROY("destroy", "-auto-approve");

        private final String[] arguments;

        Step(String... arguments) {
            this.arguments = arguments;
        }
    }

    private final Path work;

    private Terraform(Path work) {
        this.work = work;
    }

    public static void main(String... arguments) throws Exception {
        Path work = Files.createTempDirectory("agyn-bench-");
        try {
            new Terraform(work).run();
        } finally {
            try (Stream<Path> files = Files.walk(work)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        }
    }

    private void run() throws Exception {
        Files.writeString(work.resolve("terraform.tfrc"), """
                provider_installation {
                  dev_overrides {
                    "agynio/agyn" = "%s"
                  }
                  direct {}
                }
                """.formatted(
                        Path.of(System.getenv("PROVIDER")).toAbsolutePath()));
        List<String> rows = new ArrayList<>();
        Path stack = folder("stack", stack(100, 8));
        Path reference = folder("reference", """
                resource "terraform_data" "secret" {
                  count = 100
                  input = "sk-${count.index}"
                }
                resource "terraform_data" "provider" {
                  count = 100
                  input = terraform_data.secret[count.index].id
                }
                resource "terraform_data" "model" {
                  count = 800
                  input = terraform_data.provider[count.index % 100].id
                }
                """);
        Map<Step, List<Double>> ours = times();
        Map<Step, List<Double>> theirs = times();
        for (int round = 0; round < ROUNDS; round++) {
            for (Step step : Step.values()) {
                theirs.get(step).add(seconds(reference, step.arguments));
                ours.get(step).add(seconds(stack, step.arguments));
            }
        }
        for (Step step : Step.values()) {
            double mine = Report.median(ours.get(step));
            double its = Report.median(theirs.get(step));
            rows.add(Report.row(
                    "terraform %s of 1,000 resources beside 1,000 `terraform_data`"
                            .formatted(String.join(" ", step.arguments)),
                    "≤ %.1f times".formatted(BOUND),
                    "%.2f times: %.1f s and %.1f s".formatted(mine / its, mine, its),
                    mine / its <= BOUND));
        }
        double few = seconds(folder("few", stack(200, 8)), "plan");
        double many = seconds(folder("many", stack(2_000, 8)), "plan");
        rows.add(Report.row(
                "terraform plan of 20,000 resources beside 2,000",
                "≤ %.0f times".formatted(10 * BOUND),
                "%.1f times: %.1f s and %.1f s".formatted(many / few, many, few),
                many / few <= 10 * BOUND));
        Report.print(rows);
    }

    private static Map<Step, List<Double>> times() {
        Map<Step, List<Double>> times = new EnumMap<>(Step.class);
        for (Step step : Step.values()) {
            times.put(step, new ArrayList<>());
        }
        return times;
    }

    private Path folder(String name, String config) throws IOException {
        Path folder = Files.createDirectory(work.resolve(name));
        Files.writeString(folder.resolve("main.tf"), config);
        return folder;
    }

    /** So many secrets, an LLM provider with each, and so many models on each of those. */
    private static String stack(int providers, int models) {
        return """
                terraform {
                  required_providers {
                    agyn = {
                      source = "agynio/agyn"
                    }
                  }
                }
                resource "agyn_organization" "it" {
                  name = "Bench"
                }
                resource "agyn_secret" "it" {
                  count           = %1$d
                  organization_id = agyn_organization.it.id
                  name            = "secret-${count.index}"
                  value           = "sk-${count.index}"
                }
                resource "agyn_llm_provider" "it" {
                  count           = %1$d
                  organization_id = agyn_organization.it.id
                  name            = "provider-${count.index}"
                  endpoint        = "https://api.openai.com/v1"
                  protocol        = "responses"
                  auth_method     = "bearer"
                  token_secret_id = agyn_secret.it[count.index].id
                }
                resource "agyn_llm_model" "it" {
                  count             = %2$d
                  organization_id   = agyn_organization.it.id
                  name              = "model-${count.index}"
                  provider_id       = agyn_llm_provider.it[count.index %% %1$d].id
                  remote_model_name = "m"
                }
                """.formatted(providers, providers * models);
    }

    private double seconds(Path folder, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(System.getenv("TERRAFORM")));
        command.addAll(List.of(arguments));
        command.add("-no-color");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile());
        builder.environment()
                .put("TF_CLI_CONFIG_FILE", work.resolve("terraform.tfrc").toString());
        builder.environment().put("CHECKPOINT_DISABLE", "1");
        long began = System.nanoTime();
        int status = builder.start().waitFor();
        double seconds = (System.nanoTime() - began) / 1e9;
        if (status != 0) {
            throw new IllegalStateException(command + " failed:\n" + Files.readString(folder.resolve("output")));
        }
        System.out.printf("%s, %s: %.1f s%n", folder.getFileName(), String.join(" ", arguments), seconds);
        return seconds;
    }
}
