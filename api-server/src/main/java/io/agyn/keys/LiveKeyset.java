package io.agyn.keys;

import static java.util.Objects.requireNonNull;

import io.agyn.hash.Sha256;
import io.agyn.health.BackgroundThread;
import io.agyn.operator.OperatorException;
import io.agyn.settings.Settings;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The keyset of a running server, which follows its file: changes by {@code keyset} commands take effect within
 * {@link #POLL}, without a restart.
 *
 * <p>Changes are detected by content, since a copy may keep its timestamps. A ciphertext with an unknown key triggers
 * an immediate reload, so that the server can read values that a server with a newer file wrote. A file that is
 * unreadable, or lacks a primary key that this server uses, is rejected with a log message, and the keys in memory
 * stay in use.
 *
 * <p>During a rotation, servers may have copies of the file. No call is lost if every server can decrypt
 * with the new key before any of them encrypts with it, and none encrypts with the old key when it is removed:
 *
 * <ol>
 * <li>{@code keyset add}, then copy the file to all servers. Each can decrypt with the new key, and encrypts with the
 * old one.
 * <li>{@code keyset promote}, which fails while a running server lacks the new key; then copy the file to all
 * servers. Each encrypts with the new key.
 * <li>{@code keyset rewrap}: re-encrypts all rows with the new key.
 * <li>{@code keyset retire}, which fails while a row needs the old key or a server encrypts with it; then copy the
 * file to all servers.
 * </ol>
 *
 * <p>{@link ServerKeys} tells the commands which keys each server has.
 */
@Singleton
public class LiveKeyset {
    /** How soon a changed file is noticed. */
    public static final Duration POLL = Duration.ofSeconds(1);

    private static final Logger LOG = Logger.getLogger(LiveKeyset.class);
    private static final byte[] UNREADABLE = {};
    private static final int POLLS_PER_RETRY = 10;

    private final KeysetFile file;
    private final Thread thread;
    private volatile Keyset current;
    private volatile boolean rejected;
    private volatile boolean stopped;
    private byte[] seen;

    @Inject
    public LiveKeyset(Settings settings) {
        this(KeysetFile.of(settings));
    }

    public LiveKeyset(KeysetFile file) {
        this.file = requireNonNull(file, "file is null");
        byte[] content = file.content();
        this.current = file.parse(content);
        this.seen = Sha256.of(content);
        this.thread = BackgroundThread.unstarted("keyset-file", this::run);
    }

    void start(@Observes StartupEvent event, MeterRegistry registry) {
        Gauge.builder("agyn.keyset.rejected", () -> rejected ? 1 : 0)
                .description("1 while the keyset file is rejected and the previous keys stay active")
                .register(registry);
        thread.start();
    }

    void stop(@Observes ShutdownEvent event) {
        stopped = true;
        thread.interrupt();
    }

    /** The current keys. They change with the file. */
    public Keyset current() {
        return current;
    }

    /** Returns the current keys, including the key of a ciphertext if the file has it. */
    public Keyset currentFor(byte[] ciphertext) {
        Optional<KeyId> key = KeyId.of(ciphertext);
        if (key.isPresent() && !current.contains(key.get())) {
            reload();
        }
        return current;
    }

    /**
     * Promotes a key: {@code keyset promote} ran while this server was down, and its copy of the file is older.
     */
    public synchronized void promote(KeyId key) {
        boolean isPrimary =
                current.purposeOf(key).map(current::primary).filter(key::equals).isPresent();
        if (current.contains(key) && !isPrimary) {
            LOG.warnf(
                    "Key %s is primary, but not in the keyset file %s: replace the file with the current one",
                    key, file.path());
            current = current.withPrimary(key);
        }
    }

    /** Loads the keys if the file has changed. A rejected file is not checked again. */
    public synchronized void reload() {
        byte[] last = seen;
        try {
            seen = UNREADABLE;
            byte[] content = file.content();
            seen = Sha256.of(content);
            if (!Arrays.equals(last, seen)) {
                load(file.parse(content));
            }
        } catch (OperatorException e) {
            if (last != UNREADABLE || seen != UNREADABLE) {
                reject(e.getMessage());
            }
        }
    }

    /** Retries a rejected file, since the passphrase may be correct now. */
    private synchronized void retry() {
        try {
            Keyset next = file.read();
            if (rejection(next).isEmpty()) {
                accept(next);
            }
        } catch (OperatorException e) {
            // Already logged.
        }
    }

    private void load(Keyset next) {
        rejection(next).ifPresentOrElse(this::reject, () -> accept(next));
    }

    private Optional<String> rejection(Keyset next) {
        List<KeyPurpose> missing = current.primariesMissingIn(next);
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of("It lacks "
                        + missing.stream()
                                .map(purpose -> "the " + purpose + " key " + current.primary(purpose))
                                .collect(Collectors.joining(" and "))
                        + ", which this server uses: restore the file that the \"keyset\" commands wrote.");
    }

    private void accept(Keyset next) {
        current = next;
        rejected = false;
        LOG.infof("The keyset file has changed; active are %s", next);
    }

    private void reject(@Nullable String reason) {
        rejected = true;
        LOG.errorf("The changed keyset file %s is rejected, and %s stay active: %s", file.path(), current, reason);
    }

    private void run() {
        for (long turn = 1; !stopped; turn++) {
            try {
                Thread.sleep(POLL);
                reload();
                if (rejected && turn % POLLS_PER_RETRY == 0) {
                    retry();
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                LOG.error("The keyset file could not be checked", e);
            }
        }
    }
}
