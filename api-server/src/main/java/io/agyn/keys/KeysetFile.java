package io.agyn.keys;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agyn.operator.OperatorException;
import io.agyn.operator.PrivateFile;
import io.agyn.settings.Settings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A keyset in a file of mode 0600, optionally locked with an external key. */
public final class KeysetFile {
    private static final String LOCKED_BY = "locked_by";
    // The group may read it, as with a Kubernetes secret.
    private static final Set<PosixFilePermission> FORBIDDEN_MODES = PosixFilePermissions.fromString("----w-rwx");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path path;
    private final Optional<? extends KeysetLock> lock;

    /**
     * @param path the file, existing or not
     * @param lock the lock, if the file is locked
     */
    public KeysetFile(Path path, Optional<? extends KeysetLock> lock) {
        this.path = requireNonNull(path, "path is null");
        this.lock = requireNonNull(lock, "lock is null");
    }

    /**
     * Returns the configured file, or else the data folder's.
     *
     * @throws OperatorException if a passphrase is set in two ways
     */
    public static KeysetFile of(Settings settings) {
        return new KeysetFile(
                settings.keysetFile().orElseGet(() -> settings.dataDir().resolve("keyset.json")),
                PassphraseLock.of(settings));
    }

    /** Returns another file with the same lock. */
    public KeysetFile at(Path other) {
        return new KeysetFile(other, lock);
    }

    public Path path() {
        return path;
    }

    public boolean exists() {
        return Files.exists(path);
    }

    /**
     * Creates the file with new keys.
     *
     * @throws OperatorException if the file exists (it is unchanged) or cannot be written
     */
    public void create() {
        // First, since locking takes half a second.
        if (exists()) {
            throw alreadyExists(path);
        }
        create(path, write(Keyset.random(), lock));
    }

    /**
     * Reads the keys.
     *
     * @throws OperatorException if the file is missing, unreadable, not a keyset, or not locked as configured
     */
    public Keyset read() {
        return parse(content());
    }

    /**
     * Replaces the keys in the file atomically. Other processes that change it wait.
     *
     * @param change returns the new keys, given the current ones
     * @return the new keys
     * @throws OperatorException if the file cannot be read or written; or the exception of the change
     */
    public Keyset change(UnaryOperator<Keyset> change) {
        requireNonNull(change, "change is null");
        return replace(content -> parse(content), change, lock);
    }

    /**
     * Changes or removes the lock.
     *
     * @param other the new lock; empty for none
     * @throws OperatorException if the file cannot be read or written
     */
    public void relock(Optional<? extends KeysetLock> other) {
        requireNonNull(other, "other is null");
        // The configured passphrase is meant for a file that is not locked yet.
        replace(
                content -> isLocked(content) ? parse(content) : new KeysetFile(path, Optional.empty()).parse(content),
                keyset -> keyset,
                other);
    }

    /**
     * Copies the file, with its lock, after checking that it is readable.
     *
     * @param copy a file that does not exist
     * @return the keys in both files
     * @throws OperatorException if the file cannot be read, or the copy exists or cannot be written
     */
    public Keyset backUp(Path copy) {
        byte[] content = content();
        Keyset keyset = parse(content);
        create(requireNonNull(copy, "copy is null"), content);
        return keyset;
    }

    byte[] content() {
        try {
            return Files.readAllBytes(path);
        } catch (NoSuchFileException e) {
            throw new OperatorException(
                    "The keyset file " + path + " does not exist: restore it, or set AGYN_KEYSET_FILE to its path.", e);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** Parses the keys. */
    Keyset parse(byte[] content) {
        JsonNode json = json(content);
        if (!isLocked(json)) {
            if (lock.isPresent()) {
                throw new OperatorException(
                        "The keyset file " + path + " is not locked, and a passphrase is set: lock the"
                                + " file with \"keyset lock\", or remove AGYN_KEYSET_PASSPHRASE and"
                                + " AGYN_KEYSET_PASSPHRASE_FILE.");
            }
            requirePrivate();
            return keyset(json);
        }
        KeysetLock key = lock.filter(candidate ->
                        candidate.kind().equals(json.path(LOCKED_BY).asText()))
                .orElseThrow(() -> new OperatorException("The keyset file " + path + " is locked by a passphrase: set"
                        + " AGYN_KEYSET_PASSPHRASE_FILE to the file that holds it, or AGYN_KEYSET_PASSPHRASE."));
        byte[] opened;
        try {
            opened = key.open(json);
        } catch (GeneralSecurityException e) {
            throw new OperatorException("The passphrase does not open the keyset file " + path
                    + ": set the passphrase that it was locked with, or restore the file if it was altered.");
        }
        try {
            return keyset(json(opened));
        } finally {
            Arrays.fill(opened, (byte) 0);
        }
    }

    /** Rejects unlocked keys in a file that every user of the machine can read, or others can change. */
    private void requirePrivate() {
        Set<PosixFilePermission> mode;
        try {
            mode = Files.getPosixFilePermissions(path);
        } catch (UnsupportedOperationException e) {
            // The file system has no modes.
            return;
        } catch (IOException e) {
            throw unreadable(e);
        }
        if (!Collections.disjoint(mode, FORBIDDEN_MODES)) {
            throw new OperatorException("The keyset file " + path + " is open to other users of this machine (mode "
                    + PosixFilePermissions.toString(mode) + "): run \"chmod 600 " + path
                    + "\", or lock it with a passphrase.");
        }
    }

    private OperatorException unreadable(IOException e) {
        return new OperatorException(
                "The keyset file " + path + " cannot be read (" + OperatorException.reason(e)
                        + "): make it readable for this user.",
                e);
    }

    private interface Reader {
        Keyset read(byte[] content);
    }

    private Keyset replace(Reader reader, UnaryOperator<Keyset> change, Optional<? extends KeysetLock> newLock) {
        try {
            // The target of a link, so that the link stays.
            Path real = exists() ? path.toRealPath() : path;
            while (true) {
                Object before = identity(real);
                try (FileChannel channel = FileChannel.open(real, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                    channel.lock();
                    // The previous holder of the lock may have replaced the file; then this lock is on the old one.
                    if (before.equals(identity(real))) {
                        Keyset changed = change.apply(reader.read(read(channel)));
                        PrivateFile.replace(real, write(changed, newLock));
                        return changed;
                    }
                }
            }
        } catch (NoSuchFileException e) {
            throw new OperatorException(
                    "The keyset file " + path + " does not exist: restore it, or set AGYN_KEYSET_FILE to its path.", e);
        } catch (IOException e) {
            throw new OperatorException(
                    "The keyset file " + path + " cannot be replaced (" + OperatorException.reason(e)
                            + "): make it and its folder writable for this user.",
                    e);
        }
    }

    /** Through the channel with the lock: opening and closing the file again would release the lock. */
    private static byte[] read(FileChannel channel) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(channel.size()));
        while (content.hasRemaining() && channel.read(content) >= 0) {
            // Reads the next piece.
        }
        return content.array();
    }

    private static Object identity(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return attributes.fileKey() == null ? attributes.lastModifiedTime() : attributes.fileKey();
    }

    private static void create(Path file, byte[] content) {
        try {
            PrivateFile.create(file, content);
        } catch (FileAlreadyExistsException e) {
            throw alreadyExists(file);
        } catch (IOException e) {
            throw new OperatorException(
                    "The keyset cannot be written to " + file + " (" + OperatorException.reason(e)
                            + "): name a file in a folder that exists and is writable.",
                    e);
        }
    }

    private static OperatorException alreadyExists(Path file) {
        return new OperatorException(
                "The file " + file + " already exists and is never overwritten: name another file.");
    }

    private static byte[] write(Keyset keyset, Optional<? extends KeysetLock> lock) {
        try {
            ObjectNode json = keyset.write();
            if (lock.isPresent()) {
                byte[] plain = JSON.writeValueAsBytes(json);
                json = JSON.createObjectNode()
                        .put(LOCKED_BY, lock.get().kind())
                        .setAll(lock.get().close(plain));
                Arrays.fill(plain, (byte) 0);
            }
            byte[] content = JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json);
            byte[] lines = Arrays.copyOf(content, content.length + 1);
            lines[content.length] = '\n';
            return lines;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot parse the keyset's JSON");
        }
    }

    private boolean isLocked(byte[] content) {
        return isLocked(json(content));
    }

    private static boolean isLocked(@Nullable JsonNode json) {
        return json != null && json.has(LOCKED_BY);
    }

    private Keyset keyset(JsonNode json) {
        try {
            return Keyset.parse(json);
        } catch (GeneralSecurityException e) {
            throw notAKeyset();
        }
    }

    private JsonNode json(byte[] content) {
        try {
            return JSON.readTree(content);
        } catch (IOException e) {
            throw notAKeyset();
        }
    }

    // Without a cause, whose message may quote the file.
    private OperatorException notAKeyset() {
        return new OperatorException("The file " + path + " is not a keyset that this server can read: restore the one"
                + " that \"keyset create\" wrote.");
    }
}
