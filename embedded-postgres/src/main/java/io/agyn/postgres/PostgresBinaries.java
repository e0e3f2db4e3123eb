package io.agyn.postgres;

import static java.util.Objects.requireNonNull;

import io.agyn.operator.OperatorException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * PostgreSQL's programs, unpacked from the class path into a cache folder that all servers of a user share.
 *
 * @param folder contains {@code bin}, {@code lib} and {@code share}
 * @param version such as {@code 18.4.0}
 */
public record PostgresBinaries(Path folder, String version) {

    public PostgresBinaries {
        requireNonNull(folder, "folder is null");
        requireNonNull(version, "version is null");
    }

    /**
     * Returns the programs for this machine, and unpacks them the first time.
     *
     * @throws OperatorException if this machine is not supported, or the binaries cannot be unpacked
     */
    public static PostgresBinaries unpacked() {
        String version = bundledVersion();
        String platform = platform();
        Path folder = cache().resolve("postgresql-" + version + "-" + platform);
        try {
            if (!Files.isDirectory(folder)) {
                unpack("/postgres-" + platform + ".txz", folder);
            }
        } catch (IOException e) {
            throw new OperatorException(
                    "PostgreSQL cannot be unpacked into " + folder.getParent() + " (" + OperatorException.reason(e)
                            + "): free disk space there, set XDG_CACHE_HOME to a writable folder, or set AGYN_DATABASE_URL"
                            + " to a PostgreSQL server.",
                    e);
        }
        return new PostgresBinaries(folder, version);
    }

    String major() {
        return version.substring(0, version.indexOf('.'));
    }

    public Path program(String name) {
        return folder.resolve("bin").resolve(name);
    }

    private static String bundledVersion() {
        Properties properties = new Properties();
        try (InputStream in = PostgresBinaries.class.getResourceAsStream("binaries.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new IllegalStateException("binaries.properties cannot be read", e);
        }
        return properties.getProperty("version");
    }

    private static String platform() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac") ? "darwin" : "linux";
        return switch (System.getProperty("os.arch")) {
            case "amd64", "x86_64" -> system + "-x86_64";
            case "aarch64" -> system + "-arm_64";
            case String other ->
                throw new OperatorException("There is no embedded PostgreSQL for " + other
                        + " processors: set AGYN_DATABASE_URL to a PostgreSQL server.");
        };
    }

    private static Path cache() {
        String configured = System.getenv("XDG_CACHE_HOME");
        Path base = configured == null || configured.isBlank()
                ? Path.of(System.getProperty("user.home"), ".cache")
                : Path.of(configured);
        return base.resolve("agyn");
    }

    // Into a temporary folder, renamed at the end: of two servers that start together, each unpacks, and neither sees
    // an incomplete folder.
    private static void unpack(String resource, Path folder) throws IOException {
        Files.createDirectories(folder.getParent());
        Path draft = Files.createTempDirectory(folder.getParent(), folder.getFileName() + ".tmp");
        try {
            try (InputStream in = PostgresBinaries.class.getResourceAsStream(resource)) {
                if (in == null) {
                    throw new OperatorException("There is no embedded PostgreSQL for this machine:"
                            + " set AGYN_DATABASE_URL to a PostgreSQL server.");
                }
                extract(in, draft);
            }
            Files.move(draft, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (!Files.isDirectory(folder)) {
                throw e;
            }
        } finally {
            Folders.delete(draft);
        }
    }

    private static void extract(InputStream in, Path target) throws IOException {
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(in)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path path = target.resolve(entry.getName());
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                } else if (entry.isSymbolicLink()) {
                    Files.createDirectories(path.getParent());
                    Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
                } else {
                    Files.createDirectories(path.getParent());
                    Files.copy(tar, path);
                    Files.setPosixFilePermissions(path, permissions(entry.getMode()));
                }
            }
        }
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        // The enum's order, from owner to others and from read to execute, matches the nine bits from the highest.
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        for (PosixFilePermission permission : PosixFilePermission.values()) {
            if ((mode & 0400 >> permission.ordinal()) != 0) {
                permissions.add(permission);
            }
        }
        return permissions;
    }
}
