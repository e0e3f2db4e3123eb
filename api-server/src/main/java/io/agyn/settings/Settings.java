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
 * The server's settings, each from an environment variable ({@code agyn.http.port} is {@code AGYN_HTTP_PORT}) or a
 * system property of that name. {@link SettingsReader} checks the values before the server starts.
 */
@ConfigMapping(prefix = "agyn")
public interface Settings {

    Http http();

    Database database();

    Log log();

    /** The LLM Proxy. */
    Proxy proxy();

    /** The REST API. */
    Api api();

    /** Outgoing connections. */
    Egress egress();

    @Setting(
            value = "collector for traces of calls, by OTLP over HTTP, such as `http://collector:4318`; "
                    + "OpenTelemetry's `OTEL_*` variables [work too](../operations/monitoring.md#traces)",
            syntax = Syntax.URL,
            absent = "no traces")
    @WithName("otlp-endpoint")
    Optional<String> otlpEndpoint();

    @Setting(
            value = "PEM file of certificate authorities to trust in addition to the JDK's",
            syntax = Syntax.FILE,
            absent = "the JDK's certificates")
    @WithName("extra-ca-file")
    @WithConverter(PathConverter.class)
    Optional<Path> extraCaFile();

    /** Remote secrets. */
    Secret secret();

    /** Sign-in with an identity provider, by OpenID Connect. */
    Oidc oidc();

    /** Usage records. */
    Usage usage();

    /** Limits on calls of models. */
    Limits limits();

    /** The audit log. */
    Audit audit();

    @Setting("`users`: every user may create organizations, and owns them; `admins`: only cluster admins")
    @WithName("organization-creation")
    @WithDefault("users")
    OrganizationCreation organizationCreation();

    @Setting("`on` writes a line for each model call to standard output, in the log's format; or `off`")
    @WithName("access-log")
    @WithDefault("on")
    boolean accessLog();

    @Setting(
            value = "folder of the embedded PostgreSQL, the keyset, the first token (`admin-token`), the "
                    + "server's address (`base-url`) and usage that is not in the database yet (`usage/`)",
            syntax = Syntax.FOLDER)
    @WithName("data-dir")
    @WithDefault("~/.local/share/agyn")
    @WithConverter(PathConverter.class)
    Path dataDir();

    @Setting(
            value = "encryption keys; with `AGYN_DATABASE_URL` the file must exist: `agyn-server keyset "
                    + "create <file>` creates it",
            syntax = Syntax.FILE,
            absent = "`keyset.json` in the data folder")
    @WithName("keyset-file")
    @WithConverter(PathConverter.class)
    Optional<Path> keysetFile();

    @Setting(value = "file with the passphrase of a locked keyset file", syntax = Syntax.FILE, absent = "no passphrase")
    @WithName("keyset-passphrase-file")
    @WithConverter(PathConverter.class)
    Optional<Path> keysetPassphraseFile();

    @Setting(
            value = "passphrase of a locked keyset file, at least 12 characters, if a file is not possible",
            syntax = Syntax.PASSPHRASE,
            absent = "no passphrase")
    @WithName("keyset-passphrase")
    Optional<String> keysetPassphrase();

    @Setting(
            value = "how long the server accepts connections after SIGTERM, while readiness is already down",
            min = "0s",
            max = "1h")
    @WithName("shutdown-delay")
    @WithDefault("0s")
    Duration shutdownDelay();

    @Setting(value = "how long requests in flight may take after `AGYN_SHUTDOWN_DELAY`", min = "0s", max = "1h")
    @WithName("shutdown-timeout")
    @WithDefault("30s")
    Duration shutdownTimeout();

    @Setting(
            value = "memory for bodies: of calls until their `model`, of lists of batches, of the API and of forms. "
                    + "One token may use a quarter of it and one address half, or one body of maximum length. When "
                    + "it is full, bodies wait up to `AGYN_PROXY_QUEUE_TIMEOUT`, then get 503; bodies of up to "
                    + "8 KiB never wait",
            min = "16M",
            max = "1T",
            absent = "a quarter of the heap")
    @WithName("body-memory")
    Optional<MemorySize> bodyMemory();

    /** The listener of the REST API. */
    interface Http {

        @Setting(value = "address to listen on", syntax = Syntax.ADDRESS)
        @WithDefault("127.0.0.1")
        String host();

        @Setting(value = "port to listen on; 0 picks a free one", syntax = Syntax.PORT, min = "0", max = "65535")
        @WithDefault("8080")
        int port();

        @Setting(
                value = "separate port for metrics and health (`/q/…`), without TLS, on `AGYN_HTTP_HOST`. If not "
                        + "set, they are on `AGYN_HTTP_PORT`",
                syntax = Syntax.PORT,
                min = "1",
                max = "65535",
                absent = "the port of callers")
        @WithName("management-port")
        Optional<Integer> managementPort();

        @Setting(
                value = "PEM file of the TLS certificate chain, the server's certificate first; without it the "
                        + "server speaks plain HTTP",
                syntax = Syntax.FILE,
                absent = "HTTP without TLS")
        @WithName("tls-certificate-file")
        @WithConverter(PathConverter.class)
        Optional<Path> tlsCertificateFile();

        @Setting(
                value = "PEM file of the certificate's private key, not encrypted. Both files are read again every 10"
                        + " seconds",
                syntax = Syntax.FILE,
                absent = "HTTP without TLS")
        @WithName("tls-key-file")
        @WithConverter(PathConverter.class)
        Optional<Path> tlsKeyFile();

        @Setting(
                value = "maximum open connections of callers, at most half of the process's open-file limit; more "
                        + "are closed at once",
                min = "1",
                max = "1000000")
        @WithDefault("40000")
        int connections();

        @Setting(
                value = "maximum open connections from one IPv4 address or IPv6 /64 network; trusted proxies are"
                        + " exempt",
                min = "1",
                max = "1000000")
        @WithName("connections-per-address")
        @WithDefault("20000")
        int connectionsPerAddress();

        @Setting(
                value = "time to send a request's head, the first request of a connection, or a body to the API",
                min = "1s",
                max = "1h")
        @WithName("request-timeout")
        @WithDefault("30s")
        Duration requestTimeout();

        @Setting(
                value = "addresses or ranges such as `10.0.0.0/8`, separated by commas, whose `X-Forwarded-For` "
                        + "and `X-Forwarded-Proto` are trusted",
                syntax = Syntax.RANGES,
                absent = "none")
        @WithName("trusted-proxies")
        Optional<String> trustedProxies();

        @Setting(
                value = "rejected tokens per minute for one address or one token prefix; more get 429. Valid "
                        + "tokens are never limited",
                min = "1",
                max = "1000000")
        @WithName("failed-tokens-per-minute")
        @WithDefault("30")
        int failedTokensPerMinute();
    }

    /** The REST API. */
    interface Api {

        @Setting(
                value = "requests per minute to the API from one IPv4 address or IPv6 /64 network, on each server; five"
                        + " times as many may come at once. More get 429; `0` for no limit",
                min = "0",
                max = "1000000")
        @WithName("rate-limit-address")
        @WithDefault("3000")
        int rateLimitAddress();

        @Setting(
                value = "requests per minute to the API with one API token, or of one user with access tokens, on each"
                        + " server; five times as many may come at once. More get 429; `0` for no limit. Calls of"
                        + " models and the Console do not count",
                min = "0",
                max = "1000000")
        @WithName("rate-limit-token")
        @WithDefault("600")
        int rateLimitToken();
    }

    /** The PostgreSQL server. */
    interface Database {

        @Setting(
                value = "a `jdbc:postgresql:` or `postgresql://` URL, with all hosts of a [primary and its "
                        + "standbys](../operations/high-availability.md#failover-of-the-database); without it, the "
                        + "server starts the embedded PostgreSQL",
                syntax = Syntax.DATABASE_URL,
                absent = "the embedded PostgreSQL")
        Optional<String> url();

        @Setting(value = "database user", syntax = Syntax.TEXT, absent = "from the URL")
        Optional<String> username();

        @Setting(value = "password of the database user", syntax = Syntax.TEXT, absent = "from the URL")
        Optional<String> password();

        @Setting(
                value = "how long start-up waits for a database that does not respond or is read-only; `0s` fails "
                        + "at once",
                min = "0s",
                max = "1h")
        @WithName("start-timeout")
        @WithDefault("30s")
        Duration startTimeout();

        @Setting(value = "maximum database connections of the server's pool", min = "1", max = "1000")
        @WithName("pool-size")
        @WithDefault("20")
        int poolSize();
    }

    /** Remote secrets: values that Vault or OpenBao stores. */
    interface Secret {

        @Setting(
                value = "maximum age of a remote secret's value when a call starts; values in use are read again after"
                        + " half of it",
                min = "1s",
                max = "24h")
        @WithName("max-age")
        @WithDefault("60s")
        Duration maxAge();

        @Setting(
                value = "how long a remote secret's last value is used after `AGYN_SECRET_MAX_AGE` if it cannot be read"
                        + " again; `0s` disables it",
                min = "0s",
                max = "30d")
        @WithDefault("1h")
        Duration stale();

        @Setting(
                value = "maximum time to read a remote secret, including a login at the secret provider",
                min = "1ms",
                max = "1m")
        @WithName("read-timeout")
        @WithDefault("5s")
        Duration readTimeout();

        @Setting(value = "maximum time to connect to one address of a secret provider", min = "1ms", max = "1m")
        @WithName("connect-timeout")
        @WithDefault("2s")
        Duration connectTimeout();
    }

    /** Sign-in with an identity provider, by OpenID Connect. */
    interface Oidc {

        @Setting(
                value = "issuer of the [identity provider](../identity-provider.md), such as "
                        + "`https://login.example.com/realms/acme`, exactly as its tokens have it in `iss`",
                syntax = Syntax.HTTP_URL,
                absent = "sign-in with API tokens only")
        Optional<String> issuer();

        @Setting(
                value = "the server's client id at the identity provider; required with `AGYN_OIDC_ISSUER`",
                syntax = Syntax.TEXT,
                absent = "none")
        @WithName("client-id")
        Optional<String> clientId();

        @Setting(
                value = "file with the client's secret, for a confidential client",
                syntax = Syntax.FILE,
                absent = "a public client; sign-in is protected by PKCE in both cases")
        @WithName("client-secret-file")
        @WithConverter(PathConverter.class)
        Optional<Path> clientSecretFile();

        @Setting(
                value = "audience (`aud`) that access tokens must have to be accepted as bearer tokens",
                syntax = Syntax.TEXT,
                absent = "the client id")
        Optional<String> audience();

        @Setting(value = "scopes to request at sign-in, separated by spaces; with `openid`", syntax = Syntax.SCOPES)
        @WithDefault("openid profile email")
        String scopes();

        @Setting(
                value = "claim with the username of a new user; without it, the local part of the email is used",
                syntax = Syntax.CLAIM)
        @WithName("username-claim")
        @WithDefault("preferred_username")
        String usernameClaim();

        @Setting(value = "claim with the email; it is used only if `email_verified` is true", syntax = Syntax.CLAIM)
        @WithName("email-claim")
        @WithDefault("email")
        String emailClaim();

        @Setting(value = "claim with the name of a new user", syntax = Syntax.CLAIM)
        @WithName("name-claim")
        @WithDefault("name")
        String nameClaim();

        @Setting(
                value =
                        "claim with the user's groups, a list of texts; dots separate the names of nested objects, as in "
                                + "`realm_access.roles`",
                syntax = Syntax.CLAIM)
        @WithName("groups-claim")
        @WithDefault("groups")
        String groupsClaim();

        @Setting(
                value = "name of the identity provider on the Console's sign-in button",
                syntax = Syntax.TEXT,
                absent = "the host of the issuer")
        @WithName("display-name")
        Optional<String> displayName();

        @Setting(
                value = "emails of cluster admins, separated by commas; only emails that the identity provider has "
                        + "verified count",
                syntax = Syntax.TEXT,
                absent = "none")
        @WithName("cluster-admins")
        Optional<String> clusterAdmins();

        @Setting(value = "group whose members are cluster admins", syntax = Syntax.TEXT, absent = "none")
        @WithName("cluster-admin-group")
        Optional<String> clusterAdminGroup();

        @Setting(
                value = "PEM file of certificate authorities to trust for the identity provider, in addition to the "
                        + "JDK's and those of `AGYN_EXTRA_CA_FILE`",
                syntax = Syntax.FILE,
                absent = "no others")
        @WithName("ca-file")
        @WithConverter(PathConverter.class)
        Optional<Path> caFile();

        @Setting("`on` allows an identity provider without TLS, for tests on one machine; or `off`")
        @WithName("allow-http")
        @WithDefault("off")
        boolean allowHttp();
    }

    /** Usage records. */
    interface Usage {

        @Setting(value = "how long the usage of each call is kept", syntax = Syntax.DAYS, min = "1d", max = "3650d")
        @WithDefault("90d")
        Duration retention();

        @Setting(
                value = "maximum usage kept in the data folder while the database is unavailable; more is dropped "
                        + "and logged",
                min = "1M",
                max = "1T")
        @WithName("spool-limit")
        @WithDefault("1G")
        MemorySize spoolLimit();
    }

    /** The audit log. */
    interface Audit {

        @Setting(value = "how long audit events are kept", syntax = Syntax.DAYS, min = "1d", max = "3650d")
        @WithDefault("365d")
        Duration retention();
    }

    /** Logging. */
    interface Log {

        @Setting("`text` or `json`")
        @WithDefault("text")
        Format format();

        @Setting("`error`, `warn`, `info`, `debug` or `trace`")
        @WithDefault("info")
        Level level();

        enum Format {
            TEXT,
            JSON
        }

        enum Level {
            ERROR,
            WARN,
            INFO,
            DEBUG,
            TRACE
        }
    }

    /** The LLM Proxy. */
    interface Proxy {

        @Setting(value = "maximum body of a model call", min = "1K", max = "1G")
        @WithName("body-limit")
        @WithDefault("32M")
        MemorySize bodyLimit();

        @Setting(
                value = "maximum body of a call to a model with fallbacks that is kept to send it to another target;"
                        + " larger ones go to another target only if none could be connected",
                min = "1K",
                max = "1G")
        @WithName("replay-limit")
        @WithDefault("4M")
        MemorySize replayLimit();

        @Setting(
                value = "how long stored responses, conversations and batches can be retrieved after their last use",
                syntax = Syntax.DAYS,
                min = "1d",
                max = "365d")
        @WithName("stored-object-retention")
        @WithDefault("30d")
        Duration storedObjectRetention();

        @Setting(value = "maximum time from the first byte of a call to its `model`; then 408", min = "1ms", max = "1h")
        @WithName("model-timeout")
        @WithDefault("2m")
        Duration modelTimeout();

        @Setting(
                value = "maximum time to connect to an LLM provider: DNS, all of its addresses, TLS",
                min = "1ms",
                max = "1h")
        @WithName("connect-timeout")
        @WithDefault("10s")
        Duration connectTimeout();

        @Setting(value = "maximum time until a provider starts to respond", min = "1ms", max = "24h")
        @WithName("first-byte-timeout")
        @WithDefault("10m")
        Duration firstByteTimeout();

        @Setting(value = "maximum silence within a call's body or its response", min = "1ms", max = "24h")
        @WithName("idle-timeout")
        @WithDefault("10m")
        Duration idleTimeout();

        @Setting(
                value = "how long a provider's stream may be silent before the caller gets a keep-alive, and the time"
                        + " between two keep-alives: a `ping` event in the Messages API, a comment line in the Responses"
                        + " API; `0s` sends none. A model's `keep_alive_seconds` takes precedence. With keep-alives,"
                        + " providers are asked for uncompressed responses",
                min = "0s",
                max = "1h")
        @WithName("keep-alive")
        @WithDefault("0s")
        Duration keepAlive();

        @Setting("`on` accepts WebSockets of the Responses API; `off` makes clients use HTTP")
        @WithName("websockets")
        @WithDefault("on")
        boolean websockets();

        @Setting(value = "maximum time of a WebSocket", min = "1m", max = "24h")
        @WithName("websocket-time")
        @WithDefault("60m")
        Duration websocketTime();

        @Setting(value = "maximum concurrent calls to one scheme, host and port", min = "1", max = "1000000")
        @WithName("calls-per-provider")
        @WithDefault("20000")
        int callsPerProvider();

        @Setting(
                value = "maximum concurrent calls of one organization's models; more get 429",
                min = "1",
                max = "1000000")
        @WithName("calls-per-organization")
        @WithDefault("10000")
        int callsPerOrganization();

        @Setting(value = "maximum concurrent calls with one API token; more get 429", min = "1", max = "1000000")
        @WithName("calls-per-token")
        @WithDefault("5000")
        int callsPerToken();

        @Setting(value = "how long a call above `AGYN_PROXY_CALLS_PER_PROVIDER` waits", min = "0s", max = "1h")
        @WithName("queue-timeout")
        @WithDefault("10s")
        Duration queueTimeout();

        @Setting(
                value = "headers of callers to withhold from LLM providers, in addition to credentials, cookies "
                        + "and headers of load balancers and CDNs: names, or prefixes such as `x-internal-*`, "
                        + "separated by commas",
                syntax = Syntax.HEADER_NAMES,
                absent = "the built-in list")
        @WithName("drop-headers")
        Optional<String> dropHeaders();

        @Setting(
                value = "how long the server sends calls to itself after start-up, so that the first real calls "
                        + "are fast; `0s` disables it",
                min = "0s",
                max = "1m")
        @WithName("warm-up")
        @WithDefault("2s")
        Duration warmUp();
    }

    /** Outgoing connections. */
    interface Egress {

        @Setting("`allow` or `deny` LLM providers and secret providers in private networks and on this machine; "
                + "link-local and cloud metadata addresses are always denied")
        @WithName("private")
        @WithDefault("allow")
        PrivateAddresses privateAddresses();

        @Setting(
                value = "HTTP proxy for calls to LLM providers and secret providers, "
                        + "`http://user:password@host:port`; the proxy resolves host names",
                syntax = Syntax.HTTP_PROXY_URL,
                absent = "none")
        @WithName("http-proxy")
        Optional<String> httpProxy();

        @Setting(
                value = "hosts, domains with their subdomains, and addresses to call without the HTTP proxy, separated"
                        + " by commas",
                syntax = Syntax.TEXT,
                absent = "none")
        @WithName("no-proxy")
        Optional<String> noProxy();

        enum PrivateAddresses {
            ALLOW,
            DENY
        }
    }

    /** Limits on calls of models. */
    interface Limits {
        @Setting("calls under a limit while the database is unavailable: `allow`, and charge them later; or `block`")
        @WithName("database-down")
        @WithDefault("allow")
        DatabaseDown databaseDown();

        enum DatabaseDown {
            ALLOW,
            BLOCK
        }
    }

    /** The users who may create organizations. */
    enum OrganizationCreation {
        USERS,
        ADMINS
    }
}
