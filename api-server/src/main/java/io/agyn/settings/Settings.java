package io.agyn.settings;

import io.quarkus.runtime.configuration.MemorySize;
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

    /** The calls of models that pass through to LLM providers. */
    Proxy proxy();

    /** What the server may connect to, and how. */
    Egress egress();

    /** Where traces of calls are sent, an OTLP/HTTP collector such as {@code http://collector:4318}; absent, none are made. */
    @WithName("otlp-endpoint")
    Optional<String> otlpEndpoint();

    /** A PEM file of certificates that are trusted beside the JDK's own, as a company's own authority is. */
    @WithName("extra-ca-file")
    @WithConverter(PathConverter.class)
    Optional<Path> extraCaFile();

    /** What is remembered of calls of models. */
    Usage usage();

    /** What is remembered of changes and of access that was denied. */
    Audit audit();

    /** Whether each call of a model gets a line on standard output. */
    @WithName("access-log")
    @WithDefault("on")
    boolean accessLog();

    /** The folder of the embedded database, the keyset, the first admin token, the base URL and the usage spool. */
    @WithName("data-dir")
    @WithDefault("~/.local/share/agyn")
    @WithConverter(PathConverter.class)
    Path dataDir();

    /** The file with the encryption keys; absent, {@code keyset.json} in the data folder. */
    @WithName("keyset-file")
    @WithConverter(PathConverter.class)
    Optional<Path> keysetFile();

    /** The file with the passphrase that locks the keyset; absent, {@link #keysetPassphrase} counts. */
    @WithName("keyset-passphrase-file")
    @WithConverter(PathConverter.class)
    Optional<Path> keysetPassphraseFile();

    /** The passphrase that locks the keyset; absent, as is that in a file, the keyset is not locked. */
    @WithName("keyset-passphrase")
    Optional<String> keysetPassphrase();

    /** How long the server goes on accepting connections after SIGTERM, with readiness down. */
    @WithName("shutdown-delay")
    @WithDefault("0s")
    Duration shutdownDelay();

    /** How long requests in flight may take to finish once the server accepts no more connections. */
    @WithName("shutdown-timeout")
    @WithDefault("30s")
    Duration shutdownTimeout();

    /** The most bytes of request bodies that are kept in memory at once; absent, a quarter of the heap. */
    @WithName("body-memory")
    Optional<MemorySize> bodyMemory();

    /** The listener of the REST API. */
    interface Http {

        /** The address to listen on. */
        @WithDefault("127.0.0.1")
        String host();

        /** The port to listen on; 0 takes any free one. */
        @WithDefault("8080")
        int port();

        /** The port that serves metrics and health alone, without TLS; absent, {@link #port} serves them too. */
        @WithName("management-port")
        Optional<Integer> managementPort();

        /** A PEM file of the certificates to speak TLS with, the server's own first; absent, HTTP is spoken without TLS. */
        @WithName("tls-certificate-file")
        @WithConverter(PathConverter.class)
        Optional<Path> tlsCertificateFile();

        /** The PEM file of its private key, not encrypted. */
        @WithName("tls-key-file")
        @WithConverter(PathConverter.class)
        Optional<Path> tlsKeyFile();

        /** The most open connections of callers; more are closed at once. */
        @WithDefault("40000")
        int connections();

        /** The most of them from one IPv4 address or IPv6 /64 network, trusted proxies excepted. */
        @WithName("connections-per-address")
        @WithDefault("20000")
        int connectionsPerAddress();

        /** How long a caller may take to send a request's head, and to the REST API also its body. */
        @WithName("request-timeout")
        @WithDefault("30s")
        Duration requestTimeout();

        /** The addresses of proxies whose {@code X-Forwarded-For} is believed, or ranges of them, with commas between. */
        @WithName("trusted-proxies")
        Optional<String> trustedProxies();

        /** How many tokens that do not work one address, or one beginning of a token, may have in a minute before it is a 429. */
        @WithName("failed-tokens-per-minute")
        @WithDefault("30")
        int failedTokensPerMinute();
    }

    /** The PostgreSQL server to use. */
    interface Database {

        /** A {@code jdbc:postgresql:} or {@code postgresql://} URL; absent, the embedded PostgreSQL is started. */
        Optional<String> url();

        /** The user to connect as; absent, the one in the URL. */
        Optional<String> username();

        /** The password to connect with; absent, the one in the URL. */
        Optional<String> password();

        /** How long a start waits for a database that does not respond or is read-only. */
        @WithName("start-timeout")
        @WithDefault("30s")
        Duration startTimeout();

        /** The most connections this server opens, but for one more that waits for changes. */
        @WithName("pool-size")
        @WithDefault("20")
        int poolSize();
    }

    /** What is remembered of calls of models. */
    interface Usage {

        /** How long it is kept in the database, in whole days. */
        @WithDefault("90d")
        Duration retention();

        /** The most bytes of it that wait in the data folder while the database is away. */
        @WithName("spool-limit")
        @WithDefault("1G")
        MemorySize spoolLimit();
    }

    /** What is remembered of changes and of access that was denied. */
    interface Audit {

        /** How long it is kept in the database, in whole days. */
        @WithDefault("365d")
        Duration retention();
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

    /** The calls of models that pass through to LLM providers. */
    interface Proxy {

        /** The longest body that a call may have. */
        @WithName("body-limit")
        @WithDefault("32M")
        MemorySize bodyLimit();

        /** How long a caller may take from the first byte of a call to its {@code model}. */
        @WithName("model-timeout")
        @WithDefault("2m")
        Duration modelTimeout();

        /** How long it may take to connect to a provider: the look-up of its host, all of its addresses, TLS. */
        @WithName("connect-timeout")
        @WithDefault("10s")
        Duration connectTimeout();

        /** How long a provider may take from the end of a call to the head of its answer. */
        @WithName("first-byte-timeout")
        @WithDefault("10m")
        Duration firstByteTimeout();

        /** How long a call's body or its answer may be silent before it is broken off. */
        @WithName("idle-timeout")
        @WithDefault("10m")
        Duration idleTimeout();

        /** The most calls at once to one provider's host and port. */
        @WithName("calls-per-provider")
        @WithDefault("20000")
        int callsPerProvider();

        /** The most calls at once of one organization's models. */
        @WithName("calls-per-organization")
        @WithDefault("10000")
        int callsPerOrganization();

        /** The most calls at once with one API token. */
        @WithName("calls-per-token")
        @WithDefault("5000")
        int callsPerToken();

        /** How long a call beyond {@link #callsPerProvider} may wait for its turn. */
        @WithName("queue-timeout")
        @WithDefault("10s")
        Duration queueTimeout();

        /**
         * Headers of callers that providers do not receive, beside those that are built in: names, or prefixes before a
         * {@code *}, with commas between.
         */
        @WithName("drop-headers")
        Optional<String> dropHeaders();

        /** How long the server rehearses calls once it has started, so that the first real ones are fast. */
        @WithName("warm-up")
        @WithDefault("2s")
        Duration warmUp();
    }

    /** What the server may connect to, and how. */
    interface Egress {

        /** Whether private addresses and those of this machine may be connected to. */
        @WithName("private")
        @WithDefault("allow")
        PrivateAddresses privateAddresses();

        /** The HTTP proxy to connect through, as {@link HttpProxyUrl} reads it; absent, none is used. May hold a password. */
        @WithName("http-proxy")
        Optional<String> httpProxy();

        /** What is connected to without the HTTP proxy: hosts, domains with all below them, and addresses, with commas between. */
        @WithName("no-proxy")
        Optional<String> noProxy();

        /** Whether private addresses may be connected to. */
        enum PrivateAddresses {
            ALLOW,
            DENY
        }
    }
}
