package io.agyn;

import static java.util.Objects.requireNonNull;

import io.agyn.database.DatabaseProbe;
import io.agyn.database.DatabaseUrl;
import io.agyn.health.BackgroundThread;
import io.agyn.keys.Keyset;
import io.agyn.keys.KeysetFile;
import io.agyn.keys.rotation.KeysetCheck;
import io.agyn.listener.CertificateFiles;
import io.agyn.listener.ListenAddress;
import io.agyn.listener.ListenerExtension;
import io.agyn.listener.RequestUri;
import io.agyn.listener.ServerCertificate;
import io.agyn.oidc.OidcConfig;
import io.agyn.operator.DataFolder;
import io.agyn.operator.OperatorException;
import io.agyn.postgres.EmbeddedPostgres;
import io.agyn.proxy.egress.ExtraCertificates;
import io.agyn.settings.Settings;
import io.netty.channel.unix.Errors.NativeIoException;
import io.quarkus.runtime.Application;
import io.quarkus.runtime.Quarkus;
import java.io.IOException;
import java.net.BindException;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.flywaydb.core.api.FlywayException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** One run of the server: prepares the environment of Quarkus, runs it, and cleans up. */
final class Launch {

    private static final Logger LOG = Logger.getLogger(Launch.class);

    // The time that Quarkus needs to stop, in addition to the requests in flight.
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

    // SQLSTATE of a lock wait that exceeds lock_timeout.
    private static final String LOCK_NOT_AVAILABLE = "55P03";

    // Mozilla's "intermediate" configuration: only forward secrecy and authenticated encryption.
    private static final List<String> CIPHER_SUITES = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    private final Settings settings;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private @Nullable Throwable failure;

    Launch(Settings settings) {
        this.settings = requireNonNull(settings, "settings is null");
    }

    /**
     * Runs the server until it is stopped.
     *
     * @return the exit code
     * @throws OperatorException if it does not start
     */
    int run() {
        try (DataFolder folder = DataFolder.open(settings.dataDir())) {
            DataFolder.withdrawBaseUrl(settings.dataDir());
            ListenAddress.requireFree(settings.http());
            set(RequestUri.QUARKUS_PROPERTY, "true");
            Keyset keyset = requireKeyset();
            // Validates the files before the database starts; their users read them again.
            settings.extraCaFile().ifPresent(ExtraCertificates::read);
            OidcConfig.read(settings);
            ServerCertificate.of(settings.http()).ifPresent(certificate -> {
                certificate.read();
                enableTls();
            });
            set("quarkus.log.console.json.enabled", Boolean.toString(isJson()));
            Optional<String> url = settings.database().url().filter(value -> !value.isBlank());
            return url.isPresent() ? runOn(DatabaseUrl.parse(url.get()), keyset) : runEmbedded(keyset);
        } catch (IOException e) {
            throw new OperatorException(
                    "The data folder " + settings.dataDir() + " cannot be written (" + OperatorException.reason(e)
                            + "): make it writable for this user, or set AGYN_DATA_DIR to another folder.",
                    e);
        }
    }

    private Keyset requireKeyset() {
        KeysetFile file = KeysetFile.of(settings);
        if (!file.exists()) {
            boolean isEmbedded =
                    settings.database().url().filter(url -> !url.isBlank()).isEmpty();
            if (!isEmbedded) {
                throw new OperatorException(
                        "With AGYN_DATABASE_URL a keyset file is required: create it once with \"java -jar"
                                + " quarkus-run.jar keyset create <file>\" and set AGYN_KEYSET_FILE to that file on every"
                                + " server of this database.");
            }
            if (EmbeddedPostgres.hasData(settings.dataDir())) {
                throw new OperatorException(
                        "The keyset file " + file.path() + " is missing, and the credentials in the database cannot"
                                + " be decrypted without it: restore it, or set AGYN_KEYSET_FILE to its path.");
            }
            file.create();
        }
        return file.read();
    }

    private int runOn(DatabaseUrl url, Keyset keyset) {
        String username = settings.database().username().or(url::username).orElse("");
        String password = settings.database().password().or(url::password).orElse("");
        requireMatch(url, username, password, keyset);
        return runQuarkus(url.jdbcUrl(), username, password);
    }

    // Before Quarkus, which would first migrate the database.
    private void requireMatch(DatabaseUrl url, String username, String password, Keyset keyset) {
        Duration timeout = settings.database().startTimeout();
        try (Connection connection = DatabaseProbe.await(url, username, password, timeout)) {
            KeysetCheck.require(connection, keyset);
        } catch (SQLException e) {
            throw DatabaseProbe.failure(url, e);
        }
    }

    private int runEmbedded(Keyset keyset) {
        EmbeddedPostgres postgres = EmbeddedPostgres.on(settings.dataDir());
        // The JVM runs all hooks at once, and the last requests need the database, so this one waits for Quarkus.
        Thread hook = new Thread(() -> {
            awaitQuarkus();
            postgres.close();
        });
        Runtime.getRuntime().addShutdownHook(hook);
        Thread loading = Thread.ofPlatform().name("load-application").start(Launch::loadApplication);
        try (postgres) {
            postgres.start(task -> BackgroundThread.unstarted("embedded-postgres", task));
            requireMatch(DatabaseUrl.parse(postgres.jdbcUrl()), postgres.username(), postgres.password(), keyset);
            join(loading);
            return runQuarkus(postgres.jdbcUrl(), postgres.username(), postgres.password());
        } finally {
            stopped.countDown();
        }
    }

    private int runQuarkus(String jdbcUrl, String username, String password) {
        set("quarkus.datasource.jdbc.url", jdbcUrl);
        if (!username.isEmpty()) {
            set("quarkus.datasource.username", username);
        }
        if (!password.isEmpty()) {
            set("quarkus.datasource.password", password);
        }
        // Overrides the environment variables of the same names, which Quarkus would read as expressions.
        settings.database().password().ifPresent(value -> set("agyn.database.password", value));
        settings.keysetPassphrase().ifPresent(value -> set("agyn.keyset-passphrase", value));
        settings.egress().httpProxy().ifPresent(value -> set("agyn.egress.http-proxy", value));
        set(ListenerExtension.EXTENSIONS_SYSTEM_PROPERTY, ListenerExtension.LOAD);
        // One per processor, since the tasks on them do not block.
        set(
                "quarkus.vertx.event-loops-pool-size",
                Integer.toString(Runtime.getRuntime().availableProcessors()));
        int[] code = {0};
        try {
            Quarkus.run(Server.class, (exitCode, error) -> {
                code[0] = exitCode;
                failure = error;
            });
        } finally {
            stopped.countDown();
        }
        if (failure != null) {
            throw operatorException(failure);
        }
        return code[0];
    }

    private void enableTls() {
        set("quarkus.http.tls-configuration-name", CertificateFiles.NAME);
        set("quarkus.http.ssl-port", Integer.toString(settings.http().port()));
        set("quarkus.http.insecure-requests", "disabled");
        set("quarkus.tls." + CertificateFiles.NAME + ".protocols", "TLSv1.3,TLSv1.2");
        set("quarkus.tls." + CertificateFiles.NAME + ".cipher-suites", String.join(",", CIPHER_SUITES));
        set("quarkus.tls." + CertificateFiles.NAME + ".reload-period", CertificateFiles.PERIOD_SECONDS + "S");
    }

    private OperatorException operatorException(Throwable error) {
        Throwable cause = Stream.iterate(error, e -> e != null, Throwable::getCause)
                .filter(e -> e instanceof OperatorException
                        || e instanceof BindException
                        || e instanceof NativeIoException
                        || e instanceof UnknownHostException
                        || e instanceof FlywayException)
                .findFirst()
                .orElse(error);
        return switch (cause) {
            case OperatorException operator -> operator;
            // Thrown by the JDK, by epoll, and for an invalid address.
            case BindException _, NativeIoException _, UnknownHostException _ ->
                ListenAddress.cannotListen(settings.http(), cause);
            case FlywayException migration
            when isLockTimeout(migration) ->
                new OperatorException(
                        "The database's tables cannot be migrated to this release while others lock them for"
                                + " seconds: start the server again.");
            case FlywayException migration ->
                new OperatorException("The database's tables cannot be migrated to this release: "
                        + Optional.ofNullable(migration.getMessage()).stream()
                                .flatMap(String::lines)
                                .filter(line -> !line.isBlank())
                                .findFirst()
                                .orElse("no reason given"));
            default -> {
                // Not caused by a setting: fixing it needs the stack trace.
                error.printStackTrace();
                yield new OperatorException("The server cannot start because of an unexpected error.", error);
            }
        };
    }

    private static boolean isLockTimeout(Throwable error) {
        return Stream.iterate(error, e -> e != null, Throwable::getCause)
                .anyMatch(e -> e instanceof SQLException sql && LOCK_NOT_AVAILABLE.equals(sql.getSQLState()));
    }

    private boolean isJson() {
        return switch (settings.log().format()) {
            case TEXT -> false;
            case JSON -> true;
        };
    }

    /** Loads the application's classes while PostgreSQL starts, which saves a third of the start-up time. */
    private static void loadApplication() {
        try {
            Class.forName(
                    Application.APP_CLASS_NAME, true, Thread.currentThread().getContextClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            // Quarkus fails next with the same error, and reports it.
            LOG.debug("The application could not be loaded ahead of its start", e);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperatorException("The server was stopped while it started.", e);
        }
    }

    private void awaitQuarkus() {
        try {
            Duration timeout =
                    settings.shutdownDelay().plus(settings.shutdownTimeout()).plus(STOP_TIMEOUT);
            stopped.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // Quarkus reads "$" as the start of an expression unless it is escaped.
    private static void set(String property, String value) {
        System.setProperty(property, value.replace("$", "\\$"));
    }
}
