package io.agyn.commands;

import io.agyn.audit.AuditRotationLog;
import io.agyn.commands.Command.UsageException;
import io.agyn.keys.KeyId;
import io.agyn.keys.KeyPurpose;
import io.agyn.keys.Keyset;
import io.agyn.keys.KeysetFile;
import io.agyn.keys.LiveKeyset;
import io.agyn.keys.PassphraseLock;
import io.agyn.keys.rotation.KeyRotation;
import io.agyn.keys.rotation.KeyRotation.Rewrapped;
import io.agyn.keys.rotation.KeysetVerification;
import io.agyn.operator.OperatorException;
import io.agyn.settings.Settings;
import io.agyn.settings.SettingsReader;
import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Commands for encryption keys. {@link LiveKeyset} describes how they make up a rotation. */
final class KeysetCommands {
    static final List<Command> ALL = List.of(
            new Command("keyset create", "[<file>]", "create a keyset file with new keys", """
                Creates a keyset file with mode 0600 and a new key for each purpose (encryption, fingerprint, audit): <file>,
                AGYN_KEYSET_FILE, or keyset.json in the data folder. Never overwrites a file. Locks it with the passphrase
                in AGYN_KEYSET_PASSPHRASE_FILE or AGYN_KEYSET_PASSPHRASE, if set. Without the keys, encrypted values cannot
                be read: keep a copy of the file.
                """, KeysetCommands::create),
            new Command("keyset add", "[<purpose>]", "add a key that is not primary yet", """
                    Adds a new key to the keyset, for encryption (the default), fingerprint or audit. Servers load the changed file
                    within a second, without a restart; replace the copies of the file on other machines yourself. The key is
                    not used before "keyset promote".
                    """, KeysetCommands::add),
            new Command("keyset promote", "<id>", "use a key for all new values", """
                Makes a key the primary key of its purpose: new values are encrypted, fingerprinted or chained with it, and
                existing values stay readable. Fails while a running server does not have the key yet, because that server
                could not read new values.
                """, KeysetCommands::promote),
            new Command("keyset list", "", "list the keys and their use", """
                Lists the ids and purposes of the keys, which are primary, how many values in the database use each, and how
                many running servers have it. Shows no key material.
                """, KeysetCommands::list),
            new Command("keyset rewrap", "", "re-encrypt all rows with the primary keys", """
                Re-encrypts all credentials in the database with the primary key, and renews fingerprints and the seals of
                the audit log, while servers run. Changes nothing else. If it is interrupted or killed, the next run
                continues.
                """, KeysetCommands::rewrap),
            new Command("keyset retire", "<id>", "remove an unused key", """
                        Removes a key from the keyset. Fails, with counts, while a row uses it, and while it is a primary key of the
                        keyset or of a running server. An audit key is needed until the last event of its epoch is dropped; a leaked
                        one is harmless once it is not primary. Database backups from before "keyset rewrap" still need the key: keep
                        a backup of the keyset for as long as you keep them.
                        """, KeysetCommands::retire),
            new Command("keyset backup", "<file>", "copy the keyset", """
                Reads the keyset and copies it to a new file with mode 0600, locked with the same passphrase, if any. Never
                overwrites a file. "keyset check <file>" verifies a copy.
                """, KeysetCommands::backUp),
            new Command(
                    "keyset check",
                    "[<file>]",
                    "check that a keyset can decrypt the database",
                    """
                    Decrypts all credentials in the database with <file>, such as a backup, or with the configured keyset, and
                    reports unreadable credentials and changed fingerprints. Writes nothing and shows no credential.
                    """,
                    KeysetCommands::check),
            new Command("keyset lock", "[<file>]", "lock the keyset with a passphrase", """
                Encrypts the keyset file (AES-256-GCM) with a key that PBKDF2 derives from the passphrase in <file>, or from
                AGYN_KEYSET_PASSPHRASE_FILE or AGYN_KEYSET_PASSPHRASE. A file that is already locked is opened with the
                configured passphrase and locked again. Running servers keep the keys in memory; servers start only with the
                passphrase.
                """, KeysetCommands::lock),
            new Command("keyset unlock", "", "remove the passphrase from the keyset", """
                Opens the keyset with the passphrase in AGYN_KEYSET_PASSPHRASE_FILE or AGYN_KEYSET_PASSPHRASE, and writes it
                without a lock. Remove these settings before the next start of a server.
                """, KeysetCommands::unlock));

    private static final Duration PROGRESS_INTERVAL = Duration.ofSeconds(1);
    private static final int MAX_LISTED = 20;

    private KeysetCommands() {}

    private static void create(List<String> arguments, PrintStream out) {
        KeysetFile file = fileOf(arguments, SettingsReader.read());
        file.create();
        out.println("Wrote new encryption keys to " + file.path() + ". Back it up separately from the database:"
                + " without the keys, encrypted values cannot be read.");
    }

    private static void add(List<String> arguments, PrintStream out) {
        KeysetFile file = KeysetFile.of(SettingsReader.read());
        KeyPurpose purpose = arguments.isEmpty() ? KeyPurpose.ENCRYPTION : purposeOf(arguments.getFirst());
        Keyset keyset = file.change(before -> before.withNewKey(purpose));
        KeyId added = keyset.keys(purpose).getLast();
        out.printf(
                "Added key %s to %s for %s; key %s stays primary. Once all servers have this file, run \"keyset promote"
                        + " %s\".%n",
                added, file.path(), purpose, keyset.primary(purpose), added);
    }

    private static void promote(List<String> arguments, PrintStream out) throws SQLException {
        KeyId key = keyOf(arguments);
        Settings settings = SettingsReader.read();
        KeysetFile file = KeysetFile.of(settings);
        KeyRotation rotation = new KeyRotation(file, new AuditRotationLog());
        KeyPurpose purpose = rotation.requirePromotable(key);
        try (CommandDatabase database = CommandDatabase.open(settings)) {
            rotation.promote(database.connection(), key);
        }
        out.printf(
                "Key %s in %s is now the primary %s key. Once all servers have this file, run \"keyset rewrap\".%n",
                key, file.path(), purpose);
    }

    private static void list(List<String> arguments, PrintStream out) throws SQLException {
        Settings settings = SettingsReader.read();
        KeysetFile file = KeysetFile.of(settings);
        Keyset keyset = file.read();
        try (CommandDatabase database = CommandDatabase.open(settings)) {
            KeysetTable.read(keyset, database.connection()).print(out);
        }
    }

    private static void rewrap(List<String> arguments, PrintStream out) throws SQLException {
        Settings settings = SettingsReader.read();
        KeysetFile file = KeysetFile.of(settings);
        KeyRotation rotation = new KeyRotation(file, new AuditRotationLog());
        Rewrapped result;
        try (CommandDatabase database = CommandDatabase.open(settings)) {
            result = rotation.rewrap(
                    database.connection(), new RewrapProgress(file.read().primary(), out));
        }
        Keyset keyset = result.keyset();
        if (!result.unreadable().isEmpty()) {
            throw new OperatorException(
                    "Key " + keyset.primary() + " now encrypts everything except values that cannot be decrypted: "
                            + named(result.unreadable()) + "; set these again over the API, or delete them.");
        }
        if (!result.brokenChains().isEmpty()) {
            throw new OperatorException("The audit log was tampered with, in "
                    + result.brokenChains().size() + " chains, which keep their seals: \"audit verify\" lists them.");
        }
        if (keyset.keys(KeyPurpose.FINGERPRINT).size() > 1) {
            out.println("All fingerprints use key " + keyset.primary(KeyPurpose.FINGERPRINT) + ".");
        }
        if (keyset.keys(KeyPurpose.AUDIT).size() > 1) {
            out.println("The audit log is sealed with key " + keyset.primary(KeyPurpose.AUDIT) + ".");
        }
        out.println("All rows are encrypted with key " + keyset.primary() + ".");
    }

    private static void retire(List<String> arguments, PrintStream out) throws SQLException {
        KeyId key = keyOf(arguments);
        Settings settings = SettingsReader.read();
        KeysetFile file = KeysetFile.of(settings);
        KeyRotation rotation = new KeyRotation(file, new AuditRotationLog());
        rotation.requireRetirable(key);
        try (CommandDatabase database = CommandDatabase.open(settings)) {
            rotation.retire(database.connection(), key);
        }
        out.println("Retired key " + key + ": " + file.path() + " no longer holds it.");
    }

    private static void backUp(List<String> arguments, PrintStream out) {
        Path copy = Command.path(arguments.getFirst());
        Keyset keyset = KeysetFile.of(SettingsReader.read()).backUp(copy);
        out.printf("Copied %s to %s.%n", keyset, copy);
    }

    private static void check(List<String> arguments, PrintStream out) throws SQLException {
        Settings settings = SettingsReader.read();
        KeysetFile file = fileOf(arguments, settings);
        Keyset keyset = file.read();
        KeysetVerification verification;
        try (CommandDatabase database = CommandDatabase.open(settings)) {
            verification = KeysetVerification.run(database.connection(), keyset);
        }
        if (!verification.unreadable().isEmpty()) {
            throw new OperatorException("With the keyset " + file.path() + ", " + verification.readable()
                    + " credentials can be read, but not " + named(verification.unreadable()) + ".");
        }
        if (!verification.otherFingerprints().isEmpty()) {
            throw new OperatorException("The keyset " + file.path()
                    + " can read everything, but computes other fingerprints than the stored ones of "
                    + named(verification.otherFingerprints()) + ".");
        }
        out.printf("The keyset %s can read everything: %d credentials.%n", file.path(), verification.readable());
    }

    private static void lock(List<String> arguments, PrintStream out) {
        Settings settings = SettingsReader.read();
        Optional<PassphraseLock> lock = arguments.isEmpty()
                ? PassphraseLock.of(settings)
                : Optional.of(PassphraseLock.inFile(Command.path(arguments.getFirst())));
        if (lock.isEmpty()) {
            throw new OperatorException("No passphrase for the lock: name the file that holds it, or set"
                    + " AGYN_KEYSET_PASSPHRASE_FILE to it.");
        }
        KeysetFile file = KeysetFile.of(settings);
        file.relock(lock);
        out.println("Locked " + file.path() + " with the passphrase: servers need it to start with this keyset.");
    }

    private static void unlock(List<String> arguments, PrintStream out) {
        KeysetFile file = KeysetFile.of(SettingsReader.read());
        file.relock(Optional.empty());
        out.println("Removed the lock of " + file.path() + ": anyone who can read the file has the keys.");
    }

    private static KeysetFile fileOf(List<String> arguments, Settings settings) {
        KeysetFile file = KeysetFile.of(settings);
        return arguments.isEmpty() ? file : file.at(Command.path(arguments.getFirst()));
    }

    private static KeyId keyOf(List<String> arguments) {
        return KeyId.parse(arguments.getFirst())
                .orElseThrow(() -> new UsageException("\"" + arguments.getFirst() + "\" is not the id of a key, which"
                        + " is a number: \"keyset list\" shows them."));
    }

    private static KeyPurpose purposeOf(String argument) {
        return KeyPurpose.parse(argument)
                .orElseThrow(() -> new UsageException(
                        "\"" + argument + "\" is not a purpose: use encryption, fingerprint or audit."));
    }

    private static String named(Collection<String> rows) {
        String first = rows.stream().limit(MAX_LISTED).collect(Collectors.joining(", "));
        return rows.size() <= MAX_LISTED ? first : first + " and " + (rows.size() - MAX_LISTED) + " more";
    }

    /** Prints the progress, at once and then every second. */
    private static final class RewrapProgress implements KeyRotation.Progress {
        private final KeyId key;
        private final PrintStream out;
        private long nextLine = System.nanoTime();

        RewrapProgress(KeyId key, PrintStream out) {
            this.key = key;
            this.out = out;
        }

        @Override
        public void rewrapped(long done, long total) {
            if (System.nanoTime() >= nextLine) {
                nextLine = System.nanoTime() + PROGRESS_INTERVAL.toNanos();
                out.printf("Encrypted %d of %d rows with key %s.%n", done, Math.max(done, total), key);
                out.flush();
            }
        }
    }
}
