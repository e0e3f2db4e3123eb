package io.agyn.keys;

import static java.util.Objects.requireNonNull;

import io.agyn.health.BackgroundThread;
import io.agyn.settings.OperatorException;
import io.agyn.settings.Settings;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * The keyset of a running server, which follows its file: what {@code keyset add} and its kin write there is in force
 * within {@link #POLL}, without a restart.
 *
 * <p>The file's bytes are compared, not its times, which a copy may keep. A ciphertext under an unknown key has the file read
 * at once, so that the server can read what another with a newer file has written. A file that cannot be read, or lacks a
 * primary key that this server uses, is refused with a line in the log, and the keys in memory stay in use.
 *
 * <p>A rotation over several servers, each with the file or a copy of it, loses no call if every server can decrypt with a
 * key before any of them encrypts with it, and none encrypts with it any more when it goes:
 *
 * <ol>
 *   <li>{@code keyset add}, and the file to all servers. Each decrypts with the new key, and encrypts with the old one.
 *   <li>{@code keyset promote}, which is refused while a running server has not the new key; the file to all servers.
 *       Each encrypts with the new key.
 *   <li>{@code keyset rewrap}: all rows are encrypted with the new key.
 *   <li>{@code keyset retire}, which is refused while a row needs the old key or a server encrypts with it; the file to
 *       all servers.
 * </ol>
 *
 * <p>How the commands know what servers have is told by {@link ServerKeys}.
 */
@Singleton
public class LiveKeyset {
    /** How soon a changed file is noticed. */
    public static final Duration POLL = Duration.ofSeconds(1);

    private static final Logger LOG = Logger.getLogger(LiveKeyset.class);
    private static final byte[] UNREADABLE = {};
    private static final int TURNS_OF_RETRY = 10;

    private final KeysetFile file;
    private final Thread thread;
    private volatile Keyset current;
    private volatile boolean refused;
    private volatile boolean stopped;
    private byte[] seen;

    @Inject
    LiveKeyset(Settings settings) {
        this(KeysetFile.of(settings));
    }

    LiveKeyset(KeysetFile file) {
        this.file = requireNonNull(file, "file is null");
        byte[] content = file.content();
        this.current = file.parse(content);
        this.seen = digest(content);
        this.thread = BackgroundThread.unstarted("keyset-file", this::run);
    }

    void start(@Observes StartupEvent event, MeterRegistry registry) {
        Gauge.builder("agyn.keyset.refused", () -> refused ? 1 : 0)
                .description("1 while the keyset file is not taken, and the keys in memory stay in force")
                .register(registry);
        thread.start();
    }

    void stop(@Observes ShutdownEvent event) {
        stopped = true;
        thread.interrupt();
    }

    /**
     * Gives the keys that are in force.
     *
     * @return the keys; others, once the file has changed
     */
    public Keyset current() {
        return current;
    }

    /** The keys that are in force, with the one of a ciphertext among them if the file holds it. */
    Keyset holding(byte[] ciphertext) {
        Optional<KeyId> key = KeyId.of(ciphertext);
        if (key.isPresent() && !current.holds(key.get())) {
            reload();
        }
        return current;
    }

    /**
     * Uses a key of the keyset as the primary one of its purpose from now on: {@code keyset promote} has made it primary while
     * this server did not run, and its copy of the file is older.
     */
    synchronized void promote(KeyId key) {
        boolean isPrimary =
                current.purposeOf(key).map(current::primary).filter(key::equals).isPresent();
        if (current.holds(key) && !isPrimary) {
            LOG.warnf(
                    "Key %s is primary by now, and not so in the keyset file %s: replace it by the present one",
                    key, file.path());
            current = current.withPrimary(key);
        }
    }

    /** Looks at the file, and takes the keys in it if it has changed. What was refused is not looked at twice. */
    synchronized void reload() {
        byte[] last = seen;
        try {
            seen = UNREADABLE;
            byte[] content = file.content();
            seen = digest(content);
            if (!Arrays.equals(last, seen)) {
                take(file.parse(content));
            }
        } catch (OperatorException e) {
            if (last != UNREADABLE || seen != UNREADABLE) {
                refuse(e.getMessage());
            }
        }
    }

    /** Tries what was refused once more: the passphrase may be the right one by now. */
    private synchronized void retry() {
        try {
            Keyset next = file.read();
            if (objection(next).isEmpty()) {
                accept(next);
            }
        } catch (OperatorException e) {
            // As the log has said.
        }
    }

    private void take(Keyset next) {
        objection(next).ifPresentOrElse(this::refuse, () -> accept(next));
    }

    private Optional<String> objection(Keyset next) {
        List<KeyPurpose> missing = current.primariesMissingIn(next);
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of("It lacks "
                        + missing.stream()
                                .map(purpose -> "the " + purpose + " key " + current.primary(purpose))
                                .collect(Collectors.joining(" and "))
                        + ", which this server uses: put back the file that \"keyset\" commands have written.");
    }

    private void accept(Keyset next) {
        current = next;
        refused = false;
        LOG.infof("The keyset file has changed; in force are %s", next);
    }

    private void refuse(String reason) {
        refused = true;
        LOG.errorf("The changed keyset file %s is not taken, and %s stay in force: %s", file.path(), current, reason);
    }

    private void run() {
        for (long turn = 1; !stopped; turn++) {
            try {
                Thread.sleep(POLL);
                reload();
                if (refused && turn % TURNS_OF_RETRY == 0) {
                    retry();
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                LOG.error("The keyset file was not looked at", e);
            }
        }
    }

    private static byte[] digest(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
