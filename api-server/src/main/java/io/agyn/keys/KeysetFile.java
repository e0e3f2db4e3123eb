package io.agyn.keys;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agyn.settings.OperatorException;
import io.agyn.settings.PrivateFile;
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

/** A keyset in a file of mode 0600, locked by a key from outside where the operator wants that. */
public final class KeysetFile {
    private static final String LOCKED_BY = "locked_by";
    // A group may read it, as a Kubernetes secret's does.
    private static final Set<PosixFilePermission> OF_OTHERS = PosixFilePermissions.fromString("----w-rwx");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path path;
    private final Optional<? extends KeysetLock> lock;

    /**
     * Names a file, which may be there or not.
     *
     * @param path where it is
     * @param lock what locks it; nothing where it is not locked
     */
    public KeysetFile(Path path, Optional<? extends KeysetLock> lock) {
        this.path = requireNonNull(path, "path is null");
        this.lock = requireNonNull(lock, "lock is null");
    }

    /**
     * Says where the keyset is, and how it is locked.
     *
     * @param settings the server's settings
     * @return the file that is set, or else the one in the data folder
     * @throws OperatorException when a passphrase is set in two ways
     */
    public static KeysetFile of(Settings settings) {
        return new KeysetFile(
                settings.keysetFile().orElseGet(() -> settings.dataDir().resolve("keyset.json")),
                PassphraseLock.of(settings));
    }

    /**
     * Names another file with the same lock.
     *
     * @param other where it is
     * @return that file
     */
    public KeysetFile at(Path other) {
        return new KeysetFile(other, lock);
    }

    /**
     * Says where the file is.
     *
     * @return its path
     */
    public Path path() {
        return path;
    }

    /**
     * Says whether the file is there.
     *
     * @return whether it is
     */
    public boolean exists() {
        return Files.exists(path);
    }

    /**
     * Makes new keys.
     *
     * @throws OperatorException when the file is there already, which is then left as it is, or cannot be written
     */
    public void create() {
        // Before the half-second that a lock takes.
        if (exists()) {
            throw isThere(path);
        }
        create(path, write(Keyset.random(), lock));
    }

    /**
     * Reads the keys.
     *
     * @return the keys
     * @throws OperatorException when the file is missing, cannot be read, is no keyset, or is not locked as it should be
     */
    public Keyset read() {
        return parse(content());
    }

    /**
     * Puts other keys into the file: whole or, where this fails or is cut off, not at all. Another process that would
     * change it at the same time waits for this one.
     *
     * @param change makes the new keys of those that are there
     * @return the new keys, which are in the file
     * @throws OperatorException when the file cannot be read or written; or what the change throws
     */
    public Keyset change(UnaryOperator<Keyset> change) {
        requireNonNull(change, "change is null");
        return replace(content -> parse(content), change, lock);
    }

    /**
     * Locks the file in another way, or not at all.
     *
     * @param other the new lock; nothing for none
     * @throws OperatorException when the file cannot be read or written
     */
    public void relock(Optional<? extends KeysetLock> other) {
        requireNonNull(other, "other is null");
        // What is not locked yet is what a passphrase is set for.
        replace(
                content -> isLocked(content) ? parse(content) : new KeysetFile(path, Optional.empty()).parse(content),
                keyset -> keyset,
                other);
    }

    /**
     * Copies the file, locked as it is, once it has been read.
     *
     * @param copy where to, a file that is not there
     * @return the keys that are in both
     * @throws OperatorException when the file cannot be read, or the copy is there or cannot be written
     */
    public Keyset backUp(Path copy) {
        byte[] content = content();
        Keyset keyset = parse(content);
        create(requireNonNull(copy, "copy is null"), content);
        return keyset;
    }

    /** What is in the file. */
    byte[] content() {
        try {
            return Files.readAllBytes(path);
        } catch (NoSuchFileException e) {
            throw new OperatorException(
                    "There is no keyset file " + path + ": put it back, or set AGYN_KEYSET_FILE to where it is.", e);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** Reads the keys from what is in the file. */
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
                    + ": set the one that it was locked with, or put back the file if it was altered.");
        }
        try {
            return keyset(json(opened));
        } finally {
            Arrays.fill(opened, (byte) 0);
        }
    }

    /** Refuses keys without a passphrase in a file that every user of the machine can read, or others can change. */
    private void requirePrivate() {
        Set<PosixFilePermission> mode;
        try {
            mode = Files.getPosixFilePermissions(path);
        } catch (UnsupportedOperationException e) {
            // Not a file system with modes.
            return;
        } catch (IOException e) {
            throw unreadable(e);
        }
        if (!Collections.disjoint(mode, OF_OTHERS)) {
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
            // Where a link leads, since it is to go on leading there.
            Path real = exists() ? path.toRealPath() : path;
            while (true) {
                Object before = identity(real);
                try (FileChannel channel = FileChannel.open(real, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                    channel.lock();
                    // Whoever held the lock before has replaced the file, and this lock is on one that is gone.
                    if (before.equals(identity(real))) {
                        Keyset changed = change.apply(reader.read(read(channel)));
                        PrivateFile.replace(real, write(changed, newLock));
                        return changed;
                    }
                }
            }
        } catch (NoSuchFileException e) {
            throw new OperatorException(
                    "There is no keyset file " + path + ": put it back, or set AGYN_KEYSET_FILE to where it is.", e);
        } catch (IOException e) {
            throw new OperatorException(
                    "The keyset file " + path + " cannot be replaced (" + OperatorException.reason(e)
                            + "): make it and its folder writable for this user.",
                    e);
        }
    }

    /** By the channel that holds the lock: to open and close the file once more would give the lock back. */
    private static byte[] read(FileChannel channel) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(channel.size()));
        while (content.hasRemaining() && channel.read(content) >= 0) {
            // The next piece.
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
            throw isThere(file);
        } catch (IOException e) {
            throw new OperatorException(
                    "The keyset cannot be written to " + file + " (" + OperatorException.reason(e)
                            + "): name a file in a folder that exists and is writable.",
                    e);
        }
    }

    private static OperatorException isThere(Path file) {
        return new OperatorException(
                "The file " + file + " is there already and is never overwritten: name another file.");
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
            throw new IllegalStateException("a keyset is JSON");
        }
    }

    private boolean isLocked(byte[] content) {
        return isLocked(json(content));
    }

    private static boolean isLocked(JsonNode json) {
        return json != null && json.has(LOCKED_BY);
    }

    private Keyset keyset(JsonNode json) {
        try {
            return Keyset.parse(json);
        } catch (GeneralSecurityException e) {
            throw isNone();
        }
    }

    private JsonNode json(byte[] content) {
        try {
            return JSON.readTree(content);
        } catch (IOException e) {
            throw isNone();
        }
    }

    // Without a cause, whose message may quote the file.
    private OperatorException isNone() {
        return new OperatorException("The file " + path + " is not a keyset that this server can read: put back the one"
                + " that \"keyset create\" has made.");
    }
}
