import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Measures the provider's overhead: apply, refresh-only plan and destroy of 1,000 resources (100 secrets, 100 LLM
 * providers, 800 models) compared with 1,000 {@code terraform_data} that refer to each other in the same way. Both use the
 * same terraform and parallelism, and alternate after an uncounted first round. Also measures that a plan of 20,000
 * resources takes as long per resource as one of 2,000. These are models of one LLM provider, since terraform's own time
 * is quadratic in the number of modules.
 *
 * <p>A secret, its LLM provider and 8 models form a module with many instances. With indexed references to single
 * resources instead, terraform decodes all instances for each reference, and its own time would hide the provider's.
 *
 * <p>Run by {@code make bench}, which starts a server and sets its address and a token in {@code AGYN_GATEWAY} and
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

    private static final String REQUIREMENTS = """
            terraform {
              required_providers {
                agyn = {
                  source = "agynio/agyn"
                }
              }
            }
            """;

    private static final String ORGANIZATION = REQUIREMENTS + """
            resource "agyn_organization" "it" {
              name = "Bench"
            }
            """;

    private static final Config REFERENCE = new Config("terraform_data", """
            resource "terraform_data" "it" {
              input = "Bench"
            }
            """, """
            resource "terraform_data" "secret" {
              input = [var.organization, "secret-${var.number}", "sk-${var.number}"]
            }
            resource "terraform_data" "provider" {
              input = [var.organization, "provider-${var.number}", terraform_data.secret.id]
            }
            resource "terraform_data" "model" {
              count = 8
              input = [var.organization, "model-${var.number}-${count.index}", terraform_data.provider.id]
            }
            """);

    /**
     * A configuration to apply.
     *
     * @param organizationType the type of the resource that {@code organization} declares as {@code it}
     * @param module the resources of each module
     */
    private record Config(String organizationType, String organization, String module) {}

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
        Path stack = folder("stack", 100, stack("value"));
        Path reference = folder("reference", 100, REFERENCE);
        Path writeOnly = folder("write-only", 100, stack("value_wo"));
        Map<Path, Map<Step, List<Double>>> times = new LinkedHashMap<>();
        for (int round = -1; round < ROUNDS; round++) {
            for (Step step : Step.values()) {
                for (Path folder : List.of(reference, stack, writeOnly)) {
                    double seconds = seconds(folder, step.arguments);
                    if (round >= 0) {
                        times.computeIfAbsent(folder, any -> new EnumMap<>(Step.class))
                                .computeIfAbsent(step, any -> new ArrayList<>())
                                .add(seconds);
                    }
                }
            }
        }
        List<String> rows = new ArrayList<>();
        for (Step step : Step.values()) {
            rows.add(row(step, "1,000 resources", times.get(stack), times.get(reference)));
        }
        for (Step step : Step.values()) {
            rows.add(row(step, "the same, the secrets write-only,", times.get(writeOnly), times.get(reference)));
        }
        double few = seconds(models("few", 2_000), "plan");
        double many = seconds(models("many", 20_000), "plan");
        rows.add(Report.row(
                "terraform plan of 20,000 models of an LLM provider compared with 2,000",
                "≤ %.0f times".formatted(10 * BOUND),
                "%.1f times: %.1f s and %.1f s".formatted(many / few, many, few),
                many / few <= 10 * BOUND));
        Report.print(rows);
    }

    private static String row(Step step, String what, Map<Step, List<Double>> ours, Map<Step, List<Double>> reference) {
        double mine = Report.median(ours.get(step));
        double its = Report.median(reference.get(step));
        return Report.row(
                "terraform %s of %s compared with 1,000 `terraform_data`"
                        .formatted(String.join(" ", step.arguments), what),
                "≤ %.1f times".formatted(BOUND),
                "%.2f times: %.1f s and %.1f s".formatted(mine / its, mine, its),
                mine / its <= BOUND);
    }

    /** Writes a configuration with one organization and {@code count} instances of a module. */
    private Path folder(String name, int count, Config config) throws IOException, InterruptedException {
        Path folder = Files.createDirectory(work.resolve(name));
        Path module = Files.createDirectory(folder.resolve("module"));
        Files.writeString(
                folder.resolve("main.tf"), """
                %s
                module "it" {
                  source       = "./module"
                  count        = %d
                  organization = %s.it.id
                  number       = count.index
                }
                """.formatted(config.organization, count, config.organizationType));
        Files.writeString(module.resolve("main.tf"), """
                variable "organization" {}
                variable "number" {}
                """ + config.module);
        seconds(folder, "get");
        return folder;
    }

    private static Config stack(String valueAttribute) {
        return new Config("agyn_organization", ORGANIZATION, REQUIREMENTS + """
                resource "agyn_secret" "it" {
                  organization_id = var.organization
                  name            = "secret-${var.number}"
                  %s = "sk-${var.number}"
                }
                resource "agyn_llm_provider" "it" {
                  organization_id = var.organization
                  name            = "provider-${var.number}"
                  endpoint        = "https://api.openai.com/v1"
                  protocol        = "responses"
                  auth_method     = "bearer"
                  token_secret_id = agyn_secret.it.id
                }
                resource "agyn_llm_model" "it" {
                  count             = 8
                  organization_id   = var.organization
                  name              = "model-${var.number}-${count.index}"
                  provider_id       = agyn_llm_provider.it.id
                  remote_model_name = "m"
                }
                """.formatted(valueAttribute));
    }

    private Path models(String name, int count) throws IOException {
        Path folder = Files.createDirectory(work.resolve(name));
        Files.writeString(folder.resolve("main.tf"), ORGANIZATION + """
                resource "agyn_llm_provider" "it" {
                  organization_id = agyn_organization.it.id
                  name            = "provider"
                  endpoint        = "https://api.openai.com/v1"
                  protocol        = "responses"
                  auth_method     = "bearer"
                  token           = "sk"
                }
                resource "agyn_llm_model" "it" {
                  count             = %d
                  organization_id   = agyn_organization.it.id
                  name              = "model-${count.index}"
                  provider_id       = agyn_llm_provider.it.id
                  remote_model_name = "m"
                }
                """.formatted(count));
        return folder;
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
