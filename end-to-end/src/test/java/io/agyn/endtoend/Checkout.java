package io.agyn.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.stream.Stream;

/** Paths in the tested repository. */
final class Checkout {

    // Left by terraform, Maven and npm after an example was run in place.
    private static final Set<String> LEFTOVERS = Set.of(".terraform", ".terraform.lock.hcl", "node_modules", "target");

    private static final Path ROOT = findRoot();

    private Checkout() {}

    static Path file(String path) {
        Path file = ROOT.resolve(path);
        assertThat(file).as("run `make build` first").exists();
        return file;
    }

    static Path example(String name) {
        return file("examples").resolve(name);
    }

    /** A folder that is kept between runs, for large downloads; {@code make clean} removes it. */
    static Path kept(String name) throws IOException {
        return Files.createDirectories(file("end-to-end").resolve("target").resolve(name));
    }

    /** The Terraform examples: all folders with HCL. */
    static Stream<Path> terraformExamples() throws IOException {
        try (Stream<Path> folders = Files.list(file("examples"))) {
            return folders.filter(Checkout::holdsHcl).sorted().toList().stream();
        }
    }

    /** Copies a folder as it is in a fresh clone. */
    static Path copy(Path source, Path target) throws IOException {
        Files.createDirectories(target);
        try (Stream<Path> files = Files.list(source)) {
            for (Path file : files.filter(Checkout::isSource).toList()) {
                Path copy = target.resolve(file.getFileName());
                if (Files.isDirectory(file)) {
                    copy(file, copy);
                } else {
                    Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
        return target;
    }

    private static boolean holdsHcl(Path folder) {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.anyMatch(file -> file.toString().endsWith(".tf"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isSource(Path file) {
        String name = file.getFileName().toString();
        return !LEFTOVERS.contains(name) && !name.contains(".tfstate");
    }

    private static Path findRoot() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("openapi/openapi.yaml"))) {
            folder = folder.getParent();
            assertThat(folder).as("a parent folder with openapi/openapi.yaml").isNotNull();
        }
        return folder;
    }
}
