package io.agyn.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {

    @TempDir
    private Path folder;

    @Test
    void folderIsAccessibleOnlyToItsOwner() throws IOException {
        Path root = folder.resolve("share/agyn");

        DataFolder.open(root).close();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root)))
                .isEqualTo("rwx------");
    }

    @Test
    void isOfOneServerAtATime() {
        try (DataFolder held = DataFolder.open(folder)) {
            assertThatThrownBy(() -> DataFolder.open(folder))
                    .isInstanceOf(OperatorException.class)
                    .hasMessage(
                            "Another server is running on the data folder %s: stop it, or set AGYN_DATA_DIR to"
                                    + " another folder.",
                            folder);
        }
        DataFolder.open(folder).close();
    }

    @Test
    void saysThatAFileIsNoFolder() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");

        assertThatThrownBy(() -> DataFolder.open(file))
                .isInstanceOf(OperatorException.class)
                .hasMessage(
                        "The data folder %s cannot be written (%s is not a folder): make it writable for this user, or"
                                + " set AGYN_DATA_DIR to another folder.",
                        file, file);
    }

    @Test
    void privateFilesAreWrittenOnce() throws IOException {
        Path file = folder.resolve("secret");
        PrivateFile.create(file, "first".getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> PrivateFile.create(file, "second".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(FileAlreadyExistsException.class);

        assertThat(PrivateFile.readOrCreate(file, () -> "third")).isEqualTo("first");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }
}
