package io.agyn.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agyn.database.DatabaseUrl;
import io.agyn.operator.OperatorException;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.WithName;
import java.lang.reflect.Method;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class SettingsTest {

    private static final Path HOME = Path.of(System.getProperty("user.home"));
    private static final Path REFERENCE = Path.of("../docs/reference/settings.md");

    @Test
    void everySettingHasItsDefault() throws Exception {
        assertThat(values())
                .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                        Map.entry("agyn.http.host", "127.0.0.1"),
                        Map.entry("agyn.http.port", 8080),
                        Map.entry("agyn.http.management-port", Optional.empty()),
                        Map.entry("agyn.http.tls-certificate-file", Optional.empty()),
                        Map.entry("agyn.http.tls-key-file", Optional.empty()),
                        Map.entry("agyn.http.request-timeout", Duration.ofSeconds(30)),
                        Map.entry("agyn.http.trusted-proxies", Optional.empty()),
                        Map.entry("agyn.http.failed-tokens-per-minute", 30),
                        Map.entry("agyn.http.connections", 40_000),
                        Map.entry("agyn.http.connections-per-address", 20_000),
                        Map.entry("agyn.api.rate-limit-address", 3_000),
                        Map.entry("agyn.api.rate-limit-token", 600),
                        Map.entry("agyn.data-dir", HOME.resolve(".local/share/agyn")),
                        Map.entry("agyn.keyset-file", Optional.empty()),
                        Map.entry("agyn.keyset-passphrase-file", Optional.empty()),
                        Map.entry("agyn.keyset-passphrase", Optional.empty()),
                        Map.entry("agyn.database.url", Optional.empty()),
                        Map.entry("agyn.database.username", Optional.empty()),
                        Map.entry("agyn.database.password", Optional.empty()),
                        Map.entry("agyn.database.start-timeout", Duration.ofSeconds(30)),
                        Map.entry("agyn.database.pool-size", 20),
                        Map.entry("agyn.organization-creation", Settings.OrganizationCreation.USERS),
                        Map.entry("agyn.limits.database-down", Settings.Limits.DatabaseDown.ALLOW),
                        Map.entry("agyn.body-memory", Optional.empty()),
                        Map.entry("agyn.proxy.model-timeout", Duration.ofMinutes(2)),
                        Map.entry("agyn.proxy.calls-per-organization", 10_000),
                        Map.entry("agyn.proxy.calls-per-token", 5_000),
                        Map.entry("agyn.proxy.drop-headers", Optional.empty()),
                        Map.entry("agyn.log.format", Settings.Log.Format.TEXT),
                        Map.entry("agyn.log.level", Settings.Log.Level.INFO),
                        Map.entry("agyn.access-log", true),
                        Map.entry("agyn.audit.retention", Duration.ofDays(365)),
                        Map.entry("agyn.usage.retention", Duration.ofDays(90)),
                        Map.entry("agyn.usage.spool-limit", new MemorySize(BigInteger.ONE.shiftLeft(30))),
                        Map.entry("agyn.shutdown-delay", Duration.ZERO),
                        Map.entry("agyn.shutdown-timeout", Duration.ofSeconds(30)),
                        Map.entry("agyn.proxy.body-limit", new MemorySize(BigInteger.valueOf(32 << 20))),
                        Map.entry("agyn.proxy.connect-timeout", Duration.ofSeconds(10)),
                        Map.entry("agyn.proxy.first-byte-timeout", Duration.ofMinutes(10)),
                        Map.entry("agyn.proxy.idle-timeout", Duration.ofMinutes(10)),
                        Map.entry("agyn.proxy.websockets", true),
                        Map.entry("agyn.proxy.websocket-time", Duration.ofMinutes(60)),
                        Map.entry("agyn.proxy.keep-alive", Duration.ZERO),
                        Map.entry("agyn.proxy.calls-per-provider", 20_000),
                        Map.entry("agyn.proxy.queue-timeout", Duration.ofSeconds(10)),
                        Map.entry("agyn.proxy.replay-limit", new MemorySize(BigInteger.valueOf(4 << 20))),
                        Map.entry("agyn.proxy.stored-object-retention", Duration.ofDays(30)),
                        Map.entry("agyn.proxy.warm-up", Duration.ofSeconds(2)),
                        Map.entry("agyn.secret.max-age", Duration.ofSeconds(60)),
                        Map.entry("agyn.secret.stale", Duration.ofHours(1)),
                        Map.entry("agyn.secret.read-timeout", Duration.ofSeconds(5)),
                        Map.entry("agyn.secret.connect-timeout", Duration.ofSeconds(2)),
                        Map.entry("agyn.egress.private", Settings.Egress.PrivateAddresses.ALLOW),
                        Map.entry("agyn.egress.http-proxy", Optional.empty()),
                        Map.entry("agyn.egress.no-proxy", Optional.empty()),
                        Map.entry("agyn.oidc.issuer", Optional.empty()),
                        Map.entry("agyn.oidc.client-id", Optional.empty()),
                        Map.entry("agyn.oidc.client-secret-file", Optional.empty()),
                        Map.entry("agyn.oidc.audience", Optional.empty()),
                        Map.entry("agyn.oidc.scopes", "openid profile email"),
                        Map.entry("agyn.oidc.username-claim", "preferred_username"),
                        Map.entry("agyn.oidc.email-claim", "email"),
                        Map.entry("agyn.oidc.name-claim", "name"),
                        Map.entry("agyn.oidc.groups-claim", "groups"),
                        Map.entry("agyn.oidc.display-name", Optional.empty()),
                        Map.entry("agyn.oidc.cluster-admins", Optional.empty()),
                        Map.entry("agyn.oidc.cluster-admin-group", Optional.empty()),
                        Map.entry("agyn.oidc.ca-file", Optional.empty()),
                        Map.entry("agyn.oidc.allow-http", false),
                        Map.entry("agyn.otlp-endpoint", Optional.empty()),
                        Map.entry("agyn.extra-ca-file", Optional.empty())));
    }

    @Test
    void referencePageHasTheTableOfTheSettings() throws Exception {
        assertThat(Files.readString(REFERENCE))
                .as("The table in docs/reference/settings.md is printed by: agyn-server settings markdown")
                .contains(SettingsCatalog.markdown());
    }

    @Test
    void everySettingIsInTheCatalogue() throws Exception {
        assertThat(SettingsCatalog.ALL.stream().map(SettingsCatalog.Entry::property))
                .containsExactlyInAnyOrderElementsOf(values().keySet());
    }

    @Test
    void everyNumberHasBoundsThatItsDefaultKeeps() {
        for (SettingsCatalog.Entry entry : SettingsCatalog.ALL) {
            if (entry.hasDefault()) {
                assertThat(entry.error(entry.defaultValue()))
                        .as(entry.variable())
                        .isEmpty();
            }
            if (List.of(int.class, Integer.class, Duration.class, MemorySize.class)
                    .contains(entry.type())) {
                assertThat(entry.error(entry.setting().min()))
                        .as(entry.variable())
                        .isEmpty();
                assertThat(entry.error(entry.setting().max()))
                        .as(entry.variable())
                        .isEmpty();
                assertThat(entry.error("x")).as(entry.variable()).isPresent();
            }
        }
    }

    private static Map<String, Object> values() throws ReflectiveOperationException {
        return values(Map.of());
    }

    /** The values of all settings, by property. */
    private static Map<String, Object> values(Map<String, String> properties) throws ReflectiveOperationException {
        Map<String, Object> values = new TreeMap<>();
        collect("agyn", Settings.class, SettingsReader.read(properties), values);
        return values;
    }

    private static void collect(String prefix, Class<?> group, Object settings, Map<String, Object> values)
            throws ReflectiveOperationException {
        for (Method method : group.getMethods()) {
            WithName name = method.getAnnotation(WithName.class);
            String property = prefix + "." + (name == null ? method.getName() : name.value());
            Object value = method.invoke(settings);
            if (method.getReturnType().getEnclosingClass() == Settings.class
                    && method.getReturnType().isInterface()) {
                collect(property, method.getReturnType(), value, values);
            } else {
                values.put(property, value);
            }
        }
    }

    @Test
    void configuredValuesAreUsed() {
        Settings settings = SettingsReader.read(Map.ofEntries(
                Map.entry("agyn.http.port", "0"),
                Map.entry("agyn.data-dir", "~/agyn"),
                Map.entry("agyn.keyset-file", "/etc/agyn/keyset.json"),
                Map.entry("agyn.keyset-passphrase", "a$$b${c}\\ and more"),
                Map.entry("agyn.database.password", "a$$b${c}\\"),
                Map.entry("agyn.log.format", "JSON"),
                Map.entry("agyn.log.level", "debug"),
                Map.entry("agyn.proxy.body-limit", "1048576"),
                Map.entry("agyn.egress.private", "deny"),
                Map.entry("agyn.egress.no-proxy", "localhost,.internal"),
                Map.entry("agyn.access-log", "OFF"),
                Map.entry("agyn.usage.retention", "7d"),
                Map.entry("agyn.usage.spool-limit", "10m"),
                Map.entry("agyn.shutdown-timeout", "2m")));

        assertThat(settings.http().port()).isZero();
        assertThat(settings.dataDir()).isEqualTo(HOME.resolve("agyn"));
        assertThat(settings.keysetFile()).contains(Path.of("/etc/agyn/keyset.json"));
        assertThat(settings.keysetPassphrase()).contains("a$$b${c}\\ and more");
        assertThat(settings.database().password()).contains("a$$b${c}\\");
        assertThat(settings.log().format()).isEqualTo(Settings.Log.Format.JSON);
        assertThat(settings.log().level()).isEqualTo(Settings.Log.Level.DEBUG);
        assertThat(settings.accessLog()).isFalse();
        assertThat(settings.usage().retention()).isEqualTo(Duration.ofDays(7));
        assertThat(settings.usage().spoolLimit().asLongValue()).isEqualTo(10L << 20);
        assertThat(settings.shutdownTimeout()).isEqualTo(Duration.ofMinutes(2));
        assertThat(settings.proxy().bodyLimit().asLongValue()).isEqualTo(1 << 20);
        assertThat(settings.egress().privateAddresses()).isEqualTo(Settings.Egress.PrivateAddresses.DENY);
        assertThat(settings.egress().noProxy()).contains("localhost,.internal");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            agyn.http.port        | abc   | AGYN_HTTP_PORT is "abc", which is not a port number from 0 to 65535: correct it, or remove it to use 8080.
            agyn.http.port        | 65536 | AGYN_HTTP_PORT is "65536", which is not a port number from 0 to 65535: correct it, or remove it to use 8080.
            agyn.http.port        | -1    | AGYN_HTTP_PORT is "-1", which is not a port number from 0 to 65535: correct it, or remove it to use 8080.
            agyn.http.port        | ''    | AGYN_HTTP_PORT is "", which is not a port number from 0 to 65535: correct it, or remove it to use 8080.
            agyn.http.host        | ''    | AGYN_HTTP_HOST is "", which is not an address of this machine: correct it, or remove it to use 127.0.0.1.
            agyn.data-dir         | ''    | AGYN_DATA_DIR is "", which is not a folder: correct it, or remove it to use ~/.local/share/agyn.
            agyn.database.pool-size | 0   | AGYN_DATABASE_POOL_SIZE is "0", which is not a number from 1 to 1000: correct it, or remove it to use 20.
            agyn.log.format       | xml   | AGYN_LOG_FORMAT is "xml", which is not text or json: correct it, or remove it to use text.
            agyn.log.level        | loud  | AGYN_LOG_LEVEL is "loud", which is not error, warn, info, debug or trace: correct it, or remove it to use info.
            agyn.access-log       | yes   | AGYN_ACCESS_LOG is "yes", which is not on or off: correct it, or remove it to use on.
            agyn.usage.retention  | 0d    | AGYN_USAGE_RETENTION is "0d", which is not a number of days from 1d to 3650d such as 30d: correct it, or remove it to use 90d.
            agyn.usage.retention  | 24h   | AGYN_USAGE_RETENTION is "24h", which is not a number of days from 1d to 3650d such as 30d: correct it, or remove it to use 90d.
            agyn.usage.spool-limit | 1    | AGYN_USAGE_SPOOL_LIMIT is "1", which is not a size from 1M to 1T such as 32M or 2G: correct it, or remove it to use 1G.
            agyn.usage.spool-limit | lots | AGYN_USAGE_SPOOL_LIMIT is "lots", which is not a size from 1M to 1T such as 32M or 2G: correct it, or remove it to use 1G.
            agyn.http.connections | 0     | AGYN_HTTP_CONNECTIONS is "0", which is not a number from 1 to 1000000: correct it, or remove it to use 40000.
            agyn.http.connections-per-address | all | AGYN_HTTP_CONNECTIONS_PER_ADDRESS is "all", which is not a number from 1 to 1000000: correct it, or remove it to use 20000.
            agyn.shutdown-delay   | 2h    | AGYN_SHUTDOWN_DELAY is "2h", which is not a time from 0s to 1h such as 30s or 2m: correct it, or remove it to use 0s.
            agyn.shutdown-timeout | soon  | AGYN_SHUTDOWN_TIMEOUT is "soon", which is not a time from 0s to 1h such as 30s or 2m: correct it, or remove it to use 30s.
            agyn.shutdown-timeout | 2h    | AGYN_SHUTDOWN_TIMEOUT is "2h", which is not a time from 0s to 1h such as 30s or 2m: correct it, or remove it to use 30s.
            agyn.proxy.body-limit | 0     | AGYN_PROXY_BODY_LIMIT is "0", which is not a size from 1K to 1G such as 32M or 2G: correct it, or remove it to use 32M.
            agyn.proxy.body-limit | 9E    | AGYN_PROXY_BODY_LIMIT is "9E", which is not a size from 1K to 1G such as 32M or 2G: correct it, or remove it to use 32M.
            agyn.proxy.body-limit | much  | AGYN_PROXY_BODY_LIMIT is "much", which is not a size from 1K to 1G such as 32M or 2G: correct it, or remove it to use 32M.
            agyn.proxy.idle-timeout | 0s  | AGYN_PROXY_IDLE_TIMEOUT is "0s", which is not a time from 1ms to 24h such as 30s or 2m: correct it, or remove it to use 10m.
            agyn.proxy.drop-headers | x a | AGYN_PROXY_DROP_HEADERS is "x a", which is not header names such as x-internal-user or x-internal-*, with commas between: correct it, or remove it to use the built-in list.
            agyn.body-memory      | 1M    | AGYN_BODY_MEMORY is "1M", which is not a size from 16M to 1T such as 32M or 2G: correct it, or remove it to use a quarter of the heap.
            agyn.egress.private   | no    | AGYN_EGRESS_PRIVATE is "no", which is not allow or deny: correct it, or remove it to use allow.
            """)
    void errorNamesTheCauseAndTheRemedy(String property, String value, String sentence) {
        assertThatThrownBy(() -> SettingsReader.read(Map.of(property, value)))
                .isInstanceOf(OperatorException.class)
                .hasMessage(sentence);
    }

    @Test
    void invalidPathIsReported() {
        assertThatThrownBy(() -> SettingsReader.read(Map.of("agyn.keyset-file", "a\0b")))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining("AGYN_KEYSET_FILE is ")
                .hasMessageContaining("which is not a file");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "mysql://agyn:hunter2@host/agyn",
                "jdbc:mysql://agyn:hunter2@host/agyn",
                "postgresql:hunter2",
                "postgresql://agyn:hunter2@ho st/agyn",
                "jdbc:postgresql://host:port/hunter2",
                "postgresql://agyn:hunter#2@host/agyn",
                "postgresql://agyn:1#hunter2@host/agyn",
                "postgresql://agyn:hunter/2@host/agyn",
                "postgresql://agyn:1/hunter2@host/agyn",
                "postgresql://agyn:hunter?2@host/agyn",
                "postgresql://agyn:hun@ter2:x@host:/a@b",
                "jdbc:postgresql://agyn:hunter2@host/agyn"
            })
    void rejectsADatabaseUrlWithoutRepeatingIt(String url) {
        assertThatThrownBy(() -> SettingsReader.read(Map.of("agyn.database.url", url)))
                .isInstanceOf(OperatorException.class)
                .hasMessageNotContaining("hunter")
                .hasMessage("AGYN_DATABASE_URL is not a PostgreSQL URL: write it as postgresql://host:5432/database or"
                        + " as jdbc:postgresql://host:5432/database, or remove it to use the embedded PostgreSQL. Set"
                        + " user and password in AGYN_DATABASE_USERNAME and AGYN_DATABASE_PASSWORD, or percent-encode"
                        + " them in the URL (# is %23, / is %2F, ? is %3F, @ is %40).")
                .hasNoCause();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "proxy.example",
                "proxy.example:3128",
                "https://agyn:hunter2@proxy.example:3128",
                "http://agyn:hunter2@proxy.example",
                "http://agyn:hunter2@proxy.example:0",
                "http://agyn:hunter2@pro xy.example:3128",
                "http://agyn:hunter2@proxy.example:3128/path",
                "http://agyn:hunter%zz@proxy.example:3128",
                "http://:hunter2@proxy.example:3128"
            })
    void rejectsAnHttpProxyUrlWithoutRepeatingIt(String url) {
        assertThatThrownBy(() -> SettingsReader.read(Map.of("agyn.egress.http-proxy", url)))
                .isInstanceOf(OperatorException.class)
                .hasMessage("AGYN_EGRESS_HTTP_PROXY is not a URL of an HTTP proxy: write it as http://host:port or as"
                        + " http://user:password@host:port, or remove it to use none.")
                .hasNoCause();
    }

    @Test
    void readsUserAndPasswordFromTheUrlOfAnHttpProxy() {
        HttpProxyUrl url = HttpProxyUrl.parse("http://us%40er:p%3Aa+s@proxy.example:3128/");

        assertThat(url).isEqualTo(new HttpProxyUrl("proxy.example", 3128, Optional.of("us@er"), Optional.of("p:a+s")));
        assertThat(url).hasToString("http://proxy.example:3128");
        assertThat(HttpProxyUrl.parse("http://[::1]:3128"))
                .isEqualTo(new HttpProxyUrl("::1", 3128, Optional.empty(), Optional.empty()));
        assertThat(HttpProxyUrl.parse("http://[::1]:3128")).hasToString("http://[::1]:3128");
    }

    @Test
    void emptyDatabaseUrlCountsAsUnset() {
        assertThat(SettingsReader.read(Map.of("agyn.database.url", ""))
                        .database()
                        .url())
                .isEmpty();
    }

    @Test
    void readsUserAndPasswordFromAUrlOfLibpq() {
        DatabaseUrl url = DatabaseUrl.parse("postgres://us%40er:p%2Fa+s%24@db.example:6432/agyn?sslmode=require");

        assertThat(url.jdbcUrl()).isEqualTo("jdbc:postgresql://db.example:6432/agyn?sslmode=require");
        assertThat(url.username()).contains("us@er");
        assertThat(url.password()).contains("p/a+s$");
        assertThat(url).hasToString("postgresql://db.example:6432/agyn");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            postgresql://a,b:6432/agyn                                   | jdbc:postgresql://a,b:6432/agyn?targetServerType=primary
            postgresql://a,b/agyn?target_session_attrs=read-write        | jdbc:postgresql://a,b/agyn?targetServerType=primary
            postgresql://a,b/agyn?target_session_attrs=any&sslmode=require | jdbc:postgresql://a,b/agyn?targetServerType=any&sslmode=require
            jdbc:postgresql://a,b/agyn?connectTimeout=2                  | jdbc:postgresql://a,b/agyn?connectTimeout=2&targetServerType=primary
            jdbc:postgresql://a,b/agyn?targetServerType=primary          | jdbc:postgresql://a,b/agyn?targetServerType=primary
            postgresql://a/agyn?connect_timeout=3&application_name=x     | jdbc:postgresql://a/agyn?connectTimeout=3&ApplicationName=x
            postgresql://[::1]:5432/agyn                                 | jdbc:postgresql://[::1]:5432/agyn
            """)
    void libpqParametersAndSeveralHostsAreUnderstood(String url, String jdbcUrl) {
        assertThat(DatabaseUrl.parse(url).jdbcUrl()).isEqualTo(jdbcUrl);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://a,b/agyn?target_session_attrs=standby",
                "postgresql://a,b/agyn?target_session_attrs=prefer-standby",
                "jdbc:postgresql://a,b/agyn?targetServerType=preferSecondary"
            })
    void standbyAsTargetIsRejected(String url) {
        assertThatThrownBy(() -> SettingsReader.read(Map.of("agyn.database.url", url)))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining("allows a standby, and the server must write: set it to ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://agyn:1?hunter2@host/agyn",
                "postgresql://agyn:12345?ssl=hunter2@host/agyn",
                "postgresql://agyn:a@hunter2?&ssl=b@host/agyn",
                "postgresql://agyn:a@hunter2?&password=b@host/agyn",
                "jdbc:postgresql://agyn:1/hunter2?ssl=b@host/agyn"
            })
    void passwordWithUnencodedQuestionMarkIsRejected(String url) {
        assertThatThrownBy(() -> SettingsReader.read(Map.of("agyn.database.url", url)))
                .isInstanceOf(OperatorException.class)
                .hasMessage("AGYN_DATABASE_URL has an @ after its question mark: write @ as %40, and ? in a password as"
                        + " %3F.");
    }

    @Test
    void ignoredParameterIsRejected() {
        for (String scheme : List.of("postgresql", "jdbc:postgresql")) {
            assertThatThrownBy(() -> SettingsReader.read(Map.of(
                            "agyn.database.url",
                            scheme + "://host/agyn?sslmode=require&keepalives_idle=5&password=a&hunter2")))
                    .isInstanceOf(OperatorException.class)
                    .hasMessageStartingWith("Parameter 2 of AGYN_DATABASE_URL is not one of the PostgreSQL JDBC driver")
                    .hasMessageNotContaining("hunter2");
        }
    }

    @Test
    void takesAUrlOfJdbcAsItIs() {
        DatabaseUrl url = DatabaseUrl.parse("jdbc:postgresql://host/agyn?user=agyn&password=hunter@2");

        assertThat(url.jdbcUrl()).isEqualTo("jdbc:postgresql://host/agyn?user=agyn&password=hunter@2");
        assertThat(url).hasToString("postgresql://host/agyn");
    }

    @Test
    void knowsEachSettingAndTheVariablesOfClients() {
        Set<String> variables = ConfigMappings.getProperties(ConfigClass.configClass(Settings.class)).keySet().stream()
                .map(property -> property.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_"))
                .collect(Collectors.toSet());

        assertThat(variables).contains("AGYN_HTTP_PORT");
        assertThat(SettingsReader.unknown(variables)).isEmpty();
        assertThat(SettingsReader.unknown(Set.of("AGYN_TOKEN", "AGYN_GATEWAY", "AGYN_PROT", "PATH", "AGYN_HOST")))
                .containsExactly("AGYN_HOST", "AGYN_PROT");
    }
}
