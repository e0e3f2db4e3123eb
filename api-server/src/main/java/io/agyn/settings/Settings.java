package io.agyn.settings;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What an operator can set, each by an environment variable of the same name ({@code agyn.http.port} is
 * {@code AGYN_HTTP_PORT}) or by a system property. {@link SettingsReader} checks the values before the server starts.
 */
@ConfigMapping(prefix = "agyn")
public interface Settings {

    /** The listener of the REST API. */
    Http http();

    /** The PostgreSQL server to use. */
    Database database();

    /** What is logged, and how. */
    Log log();

    /** The folder of the embedded database, the keyset, the first admin token and the base URL. */
    @WithName("data-dir")
    @WithDefault("~/.local/share/agyn")
    @WithConverter(PathConverter.class)
    Path dataDir();

    /** The file with the encryption keys; absent, {@code keyset.json} in the data folder. */
    @WithName("keyset-file")
    @WithConverter(PathConverter.class)
    Optional<Path> keysetFile();

    /** How long requests in flight may take to finish once the server was told to stop. */
    @WithName("shutdown-timeout")
    @WithDefault("30s")
    Duration shutdownTimeout();

    /** The listener of the REST API. */
    interface Http {

        /** The address to listen on. */
        @WithDefault("127.0.0.1")
        String host();

        /** The port to listen on; 0 takes any free one. */
        @WithDefault("8080")
        int port();
    }

    /** The PostgreSQL server to use. */
    interface Database {

        /** A {@code jdbc:postgresql:} or {@code postgresql://} URL; absent, the embedded PostgreSQL is started. */
        Optional<String> url();

        /** The user to connect as; absent, the one in the URL. */
        Optional<String> username();

        /** The password to connect with; absent, the one in the URL. */
        Optional<String> password();

        /** The most connections this server opens, but for one more that waits for changes. */
        @WithName("pool-size")
        @WithDefault("20")
        int poolSize();
    }

    /** What is logged, and how. */
    interface Log {

        /** One line of text, or one JSON object, for each event. */
        @WithDefault("text")
        Format format();

        /** The least important level that is logged. */
        @WithDefault("info")
        Level level();

        /** The shape of a log line. */
        enum Format {
            TEXT,
            JSON
        }

        /** The levels that can be asked for. */
        enum Level {
            ERROR,
            WARN,
            INFO,
            DEBUG,
            TRACE
        }
    }
}
