package io.agyn.keys.rotation;

import static java.util.Objects.requireNonNull;

import io.agyn.keys.KeyId;
import io.agyn.keys.KeyPurpose;
import io.agyn.keys.Keyset;
import io.agyn.keys.KeysetFile;
import io.agyn.keys.LiveKeyset;
import io.agyn.keys.ServerKeys;
import io.agyn.operator.OperatorException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * The steps of a key rotation while servers run: promote a key, rewrap all rows, retire the old key. Each step first
 * waits until all running servers can follow it, and fails with an {@link OperatorException} if they do not.
 */
public final class KeyRotation {
    private static final Duration SERVER_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(100);
    // A request that has encrypted with a key may take this long to commit.
    private static final Duration WRITES_IN_FLIGHT = LiveKeyset.POLL.multipliedBy(2);

    private final KeysetFile file;
    private final RotationLog log;

    public KeyRotation(KeysetFile file, RotationLog log) {
        this.file = requireNonNull(file, "file is null");
        this.log = requireNonNull(log, "log is null");
    }

    /** Receives the progress of a rewrap. */
    @FunctionalInterface
    public interface Progress {
        /** @param total the number of rows under other keys at the start; later writes may add some */
        void rewrapped(long done, long total);
    }

    /**
     * The result of a rewrap.
     *
     * @param keyset the keyset that was used
     * @param unreadable the names of rows that could not be decrypted, and are unchanged
     * @param brokenChains the audit log's chains that were tampered with, and keep their seals
     */
    public record Rewrapped(Keyset keyset, Set<String> unreadable, List<UUID> brokenChains) {
        public Rewrapped {
            unreadable = Collections.unmodifiableSet(unreadable);
            brokenChains = List.copyOf(brokenChains);
        }
    }

    /**
     * Checks, without a database, that a key may become primary. Epochs of the audit log only go forward, and a leaked
     * fingerprint key must not become primary again.
     *
     * @return the key's purpose
     */
    public KeyPurpose requirePromotable(KeyId key) {
        Keyset keyset = file.read();
        KeyPurpose purpose = requireKey(keyset, key);
        KeyId primary = keyset.primary(purpose);
        if (purpose != KeyPurpose.ENCRYPTION
                && !keyset.later(purpose, key, primary).equals(key)) {
            throw new OperatorException("Key " + key + " is older than the primary " + purpose + " key " + primary
                    + ": add a new one with \"keyset add " + purpose + "\".");
        }
        return purpose;
    }

    /** Makes a key the primary key of its purpose. */
    public void promote(Connection connection, KeyId key) throws SQLException {
        KeyPurpose purpose = requirePromotable(key);
        requireServersHave(connection, key);
        // First, so that a server without the key cannot start.
        KeysetCheck.promote(connection, file.read().withPrimary(key), purpose);
        // Again, for a server that was starting meanwhile.
        requireServersHave(connection, key);
        file.change(keyset -> {
            requireKey(keyset, key);
            return keyset.withPrimary(key);
        });
        log.record(connection, file.read(), "keyset promote");
    }

    private void requireServersHave(Connection connection, KeyId key) throws SQLException {
        awaitServers(
                connection,
                server -> server.keys().contains(key),
                "do not have key " + key + " yet: deploy the file " + file.path() + " to them, and run this again.");
    }

    /** Encrypts, fingerprints and seals everything with the primary keys. */
    public Rewrapped rewrap(Connection connection, Progress progress) throws SQLException {
        Keyset keyset = file.read();
        KeysetCheck.require(connection, keyset);
        for (KeyPurpose purpose : KeyPurpose.values()) {
            awaitPrimary(connection, keyset, purpose);
        }
        log.record(connection, keyset, "keyset rewrap");
        long total = KeyUse.count(connection).ofOthers(keyset.primary());
        Set<String> unreadable = new Rewrap(connection, keyset, done -> progress.rewrapped(done, total)).run();
        // The seals follow only a complete rewrap, so that a repeated run does all of it.
        List<UUID> broken = unreadable.isEmpty() ? log.renewSeals(connection, keyset) : List.of();
        return new Rewrapped(keyset, unreadable, broken);
    }

    /** Waits until all running servers use only the primary key of a purpose. */
    private void awaitPrimary(Connection connection, Keyset keyset, KeyPurpose purpose) throws SQLException {
        Set<KeyId> others = new HashSet<>(keyset.keys(purpose));
        others.remove(keyset.primary(purpose));
        String use = purpose == KeyPurpose.ENCRYPTION ? "encrypt with another key" : "use another " + purpose + " key";
        awaitServers(
                connection,
                server -> server.primary().contains(keyset.primary(purpose))
                        && Collections.disjoint(server.primary(), others),
                use + " than " + keyset.primary(purpose) + ": deploy the file " + file.path()
                        + " to them, and run this again.");
    }

    /** Checks, without a database, that a key may be retired: it exists and is not primary. */
    public void requireRetirable(KeyId key) {
        requireNotPrimary(file.read(), key);
    }

    /** Removes a key that nothing in the database uses. */
    public void retire(Connection connection, KeyId key) throws SQLException {
        KeysetCheck.require(connection, file.read());
        List<ServerKeys> servers = awaitServers(
                connection,
                server -> !server.primary().contains(key),
                "still use key " + key + ": deploy the file " + file.path() + " to them, and run this again.");
        if (!servers.isEmpty()) {
            pause(WRITES_IN_FLIGHT);
        }
        KeyUse use = KeyUse.countAfterWrites(connection);
        if (use.of(key) > 0) {
            throw new OperatorException(
                    "Key " + key + " is still needed (" + use.describe(key) + "): run \"keyset rewrap\" first.");
        }
        requireNoHashes(connection, file.read(), key);
        file.change(keyset -> {
            requireNotPrimary(keyset, key);
            return keyset.without(key);
        });
        log.record(connection, file.read(), "keyset retire");
    }

    /** Fails if fingerprints or the audit log still use a key. */
    private void requireNoHashes(Connection connection, Keyset keyset, KeyId key) throws SQLException {
        switch (keyset.purposeOf(key).orElseThrow()) {
            case ENCRYPTION -> {
                // Encrypted rows have the id of their key.
            }
            case FINGERPRINT -> {
                long fingerprints = KeysetVerification.run(connection, keyset)
                        .fingerprints()
                        .getOrDefault(key, 0L);
                if (fingerprints > 0) {
                    throw new OperatorException("Key " + key + " is still needed (fingerprints: " + fingerprints
                            + "): run \"keyset rewrap\" first.");
                }
            }
            case AUDIT -> {
                long hashes = log.hashes(connection, keyset).getOrDefault(key, 0L);
                if (hashes > 0) {
                    throw new OperatorException("Key " + key + " is still needed (audit log: " + hashes
                            + "): \"keyset rewrap\" renews the seals, and events are verified with it until"
                            + " AGYN_AUDIT_RETENTION drops them.");
                }
            }
        }
    }

    private KeyPurpose requireKey(Keyset keyset, KeyId key) {
        return keyset.purposeOf(key)
                .orElseThrow(() -> new OperatorException(
                        "The keyset " + file.path() + " holds no key " + key + ": \"keyset list\" shows its keys."));
    }

    private void requireNotPrimary(Keyset keyset, KeyId key) {
        if (keyset.primary(requireKey(keyset, key)).equals(key)) {
            throw new OperatorException(
                    "Key " + key + " is the primary key: promote another one with \"keyset promote\".");
        }
    }

    /** Waits until all running servers meet a condition. Servers that share the file do so within a second. */
    private static List<ServerKeys> awaitServers(Connection connection, Predicate<ServerKeys> isReady, String otherwise)
            throws SQLException {
        long deadline = System.nanoTime() + SERVER_TIMEOUT.toNanos();
        while (true) {
            List<ServerKeys> servers = ServerKeys.read(connection);
            long pending = servers.stream().filter(isReady.negate()).count();
            if (pending == 0) {
                return servers;
            }
            if (System.nanoTime() > deadline) {
                throw new OperatorException(pending + " of " + servers.size() + " running servers " + otherwise);
            }
            pause(POLL);
        }
    }

    private static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperatorException("The command was stopped before it finished: run it again.", e);
        }
    }
}
