package io.agyn.proxy.routing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agyn.access.OrganizationScope;
import io.agyn.api.model.AuthMethod;
import io.agyn.api.model.ModelRouting;
import io.agyn.api.model.Protocol;
import io.agyn.api.model.WebSocketMode;
import io.agyn.contract.Uuids;
import io.agyn.headers.HeaderSyntax;
import io.agyn.keys.credentials.CredentialCipher;
import io.agyn.keys.credentials.EncryptionContext;
import io.agyn.problems.ProblemException;
import io.agyn.secrets.remote.RemoteReference;
import io.agyn.vault.VaultConfig;
import jakarta.inject.Singleton;
import java.io.UncheckedIOException;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Looks up routes in the database. It blocks. */
@Singleton
class RouteLookup {
    private static final Logger LOG = Logger.getLogger(RouteLookup.class);

    private static final String ORGANIZATION = """
        select id, 1 as preference from organization where id = ?::uuid
        union all
        select id, 2 from organization where slug = ?
        order by preference
        limit 1\
        """;
    // Matches, and prefers in this order: the name and the alias in the home organization; the id, slug/name and
    // slug/alias in all organizations of the scope. Nobody may claim ids, so a name that is the id of another
    // organization's model does not match.
    private static final String NAMED = """
        with chosen as (
            select id, null::uuid as provider_id, case when name = ? then 1 else 2 end as preference from model
            where organization_id = ?::uuid and (name = ? or alias = ?)
                and not exists (
                    select from model other
                    where other.id = ?::uuid and other.organization_id <> model.organization_id %2$s)
            union all
            select id, null, 3 from model where id = ?::uuid %1$s
            union all
            select id, null, case when name = ?::text then 4 else 5 end from model
            where organization_id = (select id from organization where slug = ?::text)
                and (name = ?::text or alias = ?::text) %1$s)
        """;
    // The caller must reach the model, and the LLM provider is the one that has the object, even if the model has
    // another one by now.
    private static final String AT = """
        with chosen as (select id, ?::uuid as provider_id, 1 as preference from model where id = ?::uuid %1$s)
        """;
    // The first choice that has any candidate wins: the API token's model, then a model of the home organization.
    private static final String DEFAULT = """
        with candidate as (
            select m.id, m.organization_id, m.provider_id, m.created_at from model m
            join llm_provider p on p.id = m.provider_id and p.protocol = ?
            where (m.organization_id = ?::uuid or m.id = ?::uuid) %1$s),
        preferred as (
            select id, 1 as preference from candidate where id = ?
            union all
            select c.id, 2 from candidate c join organization o on o.default_model_id = c.id where o.id = ?::uuid
            union all
            select (array_agg(id order by created_at, id))[1], 3 from candidate
            where ? and organization_id = ?::uuid having count(distinct provider_id) = 1),
        chosen as (
            select id, null::uuid as provider_id, preference from preferred
            where preference = (select min(preference) from preferred))
        """;
    private static final String COLUMNS = """
        o.id, o.slug, p.id, p.name, p.endpoint, p.protocol, p.auth_method,
            p.token_ciphertext, p.custom_headers_ciphertext, s.id, s.value_ciphertext,
            s.name, s.remote_path, s.remote_key, sp.id, sp.name, sp.address, sp.namespace, sp.ca_certificate,
            sp.token_ciphertext, sp.approle_mount, sp.role_id, sp.approle_secret_id_ciphertext,
            m.keep_alive_seconds, p.websocket\
        """;
    private static final String ROUTES = "select m.id, m.name, m.remote_model_name, " + COLUMNS + """
        , m.weight, m.routing, m.retry_on_timeout,
            chosen.provider_id is null and exists (select from model_fallback f where f.model_id = m.id)
        from chosen
        join model m on m.id = chosen.id
        join organization o on o.id = m.organization_id
        left join llm_provider p on p.organization_id = m.organization_id
            and p.id = coalesce(chosen.provider_id, m.provider_id)
        left join secret s on s.organization_id = p.organization_id and s.id = p.token_secret_id
        left join secret_provider sp on sp.organization_id = s.organization_id and sp.id = s.provider_id
        order by chosen.preference
        limit 1\
        """;
    private static final String FALLBACKS = "select m.id, m.name, f.remote_model_name, " + COLUMNS + """
        , f.weight
        from model m
        join model_fallback f on f.model_id = m.id
        join organization o on o.id = m.organization_id
        join llm_provider p on p.organization_id = m.organization_id and p.id = f.provider_id
        left join secret s on s.organization_id = p.organization_id and s.id = p.token_secret_id
        left join secret_provider sp on sp.organization_id = s.organization_id and sp.id = s.provider_id
        where m.id = ?
        order by f.position\
        """;
    // The columns of a fallback's LLM provider, secret and secret provider.
    private static final int[] FALLBACK_ROWS = {6, 13, 18};
    private static final int MAX_ELSEWHERE = 3;
    private static final String ELSEWHERE = """
        select o.slug from model m join organization o on o.id = m.organization_id
        where (m.name = ? or m.alias = ?) %s
        order by o.slug
        limit ?\
        """;
    private static final String ALL = "";
    private static final String IN_ORGANIZATIONS = "and organization_id = any (?)";
    private static final String NAMED_IN_ALL = (NAMED + ROUTES).formatted(ALL, ALL);
    private static final String NAMED_IN_ORGANIZATIONS =
            (NAMED + ROUTES).formatted(IN_ORGANIZATIONS, "and other.organization_id = any (?)");
    private static final String DEFAULT_IN_ALL = (DEFAULT + ROUTES).formatted(ALL);
    private static final String DEFAULT_IN_ORGANIZATIONS =
            (DEFAULT + ROUTES).formatted("and m.organization_id = any (?)");
    private static final String ELSEWHERE_IN_ALL = ELSEWHERE.formatted(ALL);
    private static final String ELSEWHERE_IN_ORGANIZATIONS = ELSEWHERE.formatted("and m.organization_id = any (?)");
    private static final String AT_IN_ALL = (AT + ROUTES).formatted(ALL);
    private static final String AT_IN_ORGANIZATIONS = (AT + ROUTES).formatted(IN_ORGANIZATIONS);

    private final DataSource dataSource;
    private final CredentialCipher cipher;
    private final ObjectMapper mapper;

    RouteLookup(DataSource dataSource, CredentialCipher cipher, ObjectMapper mapper) {
        this.dataSource = requireNonNull(dataSource, "dataSource is null");
        this.cipher = requireNonNull(cipher, "cipher is null");
        this.mapper = requireNonNull(mapper, "mapper is null");
    }

    Route find(RouteKey key) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            OrganizationScope scope = key.scope();
            Optional<UUID> home = key.home();
            if (key.organization().isPresent()) {
                Optional<UUID> selected =
                        organization(connection, key.organization().get());
                if (selected.filter(key::reaches).isEmpty()) {
                    return new Route.UnknownOrganization();
                }
                scope = scope.within(selected.get());
                home = selected;
            }
            Optional<Route> route = find(connection, scope, home, key.model());
            return route.isPresent() ? route.get() : unknown(connection, scope, home, key.model());
        }
    }

    /** Finds an organization by id or slug; the id wins. */
    static Optional<UUID> organization(Connection connection, String slugOrId) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(ORGANIZATION)) {
            query.setObject(1, Uuids.parse(slugOrId).orElse(null));
            query.setString(2, slugOrId);
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? Optional.of(row.getObject(1, UUID.class)) : Optional.empty();
            }
        }
    }

    private Optional<Route> find(
            Connection connection, OrganizationScope scope, Optional<UUID> home, ModelSelector model)
            throws SQLException {
        Optional<Array> organizations = array(connection, scope);
        return switch (model) {
            case ModelSelector.Named named ->
                route(
                        connection,
                        organizations.isPresent() ? NAMED_IN_ORGANIZATIONS : NAMED_IN_ALL,
                        parameters(named.name(), home, organizations));
            case ModelSelector.At at -> {
                List<Object> parameters = new ArrayList<>(List.of(at.providerId(), at.modelId()));
                organizations.ifPresent(parameters::add);
                yield route(connection, organizations.isPresent() ? AT_IN_ORGANIZATIONS : AT_IN_ALL, parameters);
            }
            case ModelSelector.Default calls -> {
                List<Object> parameters =
                        new ArrayList<>(List.of(calls.protocol().toString()));
                UUID ofToken = calls.ofToken().orElse(null);
                parameters.addAll(Arrays.asList(home.orElse(null), ofToken));
                organizations.ifPresent(parameters::add);
                parameters.addAll(Arrays.asList(ofToken, home.orElse(null), calls.orOnlyProvider(), home.orElse(null)));
                yield route(
                        connection, organizations.isPresent() ? DEFAULT_IN_ORGANIZATIONS : DEFAULT_IN_ALL, parameters);
            }
        };
    }

    /** Explains that there is no route. */
    private static Route unknown(
            Connection connection, OrganizationScope scope, Optional<UUID> home, ModelSelector model)
            throws SQLException {
        // Users without organizations have nothing to choose.
        boolean reachesNone = scope.organizations().filter(Set::isEmpty).isPresent();
        if (!(model instanceof ModelSelector.Named named) || reachesNone) {
            return new Route.UnknownModel();
        }
        List<String> elsewhere = elsewhere(connection, scope, named.name());
        boolean isBare =
                named.name().indexOf('/') < 0 && Uuids.parse(named.name()).isEmpty();
        return home.isEmpty() && (isBare || !elsewhere.isEmpty())
                ? new Route.NoHome(elsewhere)
                : new Route.UnknownModel(elsewhere);
    }

    private static List<String> elsewhere(Connection connection, OrganizationScope scope, String name)
            throws SQLException {
        Optional<Array> organizations = array(connection, scope);
        List<Object> parameters = new ArrayList<>(List.of(name, name));
        organizations.ifPresent(parameters::add);
        parameters.add(MAX_ELSEWHERE);
        try (PreparedStatement query = connection.prepareStatement(
                organizations.isPresent() ? ELSEWHERE_IN_ORGANIZATIONS : ELSEWHERE_IN_ALL)) {
            set(query, parameters);
            try (ResultSet row = query.executeQuery()) {
                List<String> found = new ArrayList<>();
                while (row.next()) {
                    found.add(row.getString(1) + "/" + name);
                }
                return List.copyOf(found);
            }
        }
    }

    private static List<Object> parameters(String model, Optional<UUID> home, Optional<Array> organizations) {
        int slash = model.indexOf('/');
        List<Object> parameters = new ArrayList<>(Arrays.asList(model, home.orElse(null), model, model));
        for (int i = 0; i < 2; i++) {
            parameters.add(Uuids.parse(model).orElse(null));
            organizations.ifPresent(parameters::add);
        }
        String slug = slash < 0 ? null : model.substring(0, slash);
        String nameInOrganization = slash < 0 ? null : model.substring(slash + 1);
        parameters.addAll(Arrays.asList(nameInOrganization, slug, nameInOrganization, nameInOrganization));
        organizations.ifPresent(parameters::add);
        return parameters;
    }

    private Optional<Route> route(Connection connection, String sql, List<Object> parameters) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            set(query, parameters);
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? Optional.of(single(connection, row)) : Optional.empty();
            }
        }
    }

    private static void set(PreparedStatement query, List<Object> parameters) throws SQLException {
        for (int i = 0; i < parameters.size(); i++) {
            query.setObject(i + 1, parameters.get(i));
        }
    }

    /** Returns the organizations of a scope as an SQL array; empty for all organizations. */
    static Optional<Array> array(Connection connection, OrganizationScope scope) throws SQLException {
        return scope.organizations().isEmpty()
                ? Optional.empty()
                : Optional.of(connection.createArrayOf(
                        "uuid", scope.organizations().get().toArray()));
    }

    private Route single(Connection connection, ResultSet row) throws SQLException {
        UUID organizationId = row.getObject(4, UUID.class);
        UUID modelId = row.getObject(1, UUID.class);
        String modelName = row.getString(2);
        if (row.getObject(6) == null) {
            return new Route.Orphaned(organizationId, modelId, modelName);
        }
        try {
            Target target = target(row, organizationId, modelId, modelName);
            return new Route.Found(
                    target,
                    Optional.ofNullable(row.getObject(13, UUID.class)),
                    row.getBoolean(32) ? fallbacks(connection, row, target) : null);
        } catch (ProblemException e) {
            // The cipher has logged it.
            return new Route.Unreadable(organizationId, modelId, modelName);
        } catch (UnsendableException e) {
            return new Route.Unsendable(organizationId, modelId, modelName, row.getString(7));
        }
    }

    /** Returns the fallbacks that can be called; null for none. */
    private @Nullable Fallbacks fallbacks(Connection connection, ResultSet model, Target own) throws SQLException {
        List<Fallbacks.Weighted> others = new ArrayList<>();
        Set<UUID> rows = new HashSet<>();
        try (PreparedStatement query = connection.prepareStatement(FALLBACKS)) {
            query.setObject(1, own.modelId());
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    for (int column : FALLBACK_ROWS) {
                        Optional.ofNullable(row.getObject(column, UUID.class)).ifPresent(rows::add);
                    }
                    fallback(row, own)
                            .filter(other -> other.target().protocol() == own.protocol())
                            .ifPresent(others::add);
                }
            }
        }
        // Without a callable fallback, the rows still tell when there may be one.
        return rows.isEmpty()
                ? null
                : new Fallbacks(
                        ModelRouting.fromValue(model.getString(30)) == ModelRouting.WEIGHTED,
                        model.getBoolean(31),
                        model.getInt(29),
                        others,
                        rows);
    }

    private Optional<Fallbacks.Weighted> fallback(ResultSet row, Target own) throws SQLException {
        try {
            return Optional.of(new Fallbacks.Weighted(
                    target(row, own.organizationId(), own.modelId(), own.modelName()), row.getInt(29)));
        } catch (ProblemException | UnsendableException e) {
            // The cipher has logged credentials that it cannot decrypt.
            LOG.debugf("A fallback of the model %s has no usable credentials", own.modelName());
            return Optional.empty();
        }
    }

    private Target target(ResultSet row, UUID organizationId, UUID modelId, String modelName) throws SQLException {
        UUID providerId = row.getObject(6, UUID.class);
        AuthMethod authMethod = AuthMethod.fromValue(row.getString(10));
        Optional<RemoteReference> remote = remoteSecret(row, organizationId);
        return new Target(
                organizationId,
                modelId,
                modelName,
                providerId,
                row.getString(7),
                Protocol.fromValue(row.getString(9)),
                Endpoint.of(row.getString(8)),
                remote.isPresent() ? List.of() : credentials(row, organizationId, providerId, authMethod),
                json(row.getString(3)),
                remote.map(reference -> new RemoteCredential(reference, authMethod))
                        .orElse(null),
                keepAlive(row),
                WebSocketMode.fromValue(row.getString(28)) == WebSocketMode.AUTO);
    }

    private static @Nullable Duration keepAlive(ResultSet row) throws SQLException {
        Integer seconds = row.getObject(27, Integer.class);
        return seconds == null ? null : Duration.ofSeconds(seconds);
    }

    private List<Map.Entry<String, String>> credentials(
            ResultSet row, UUID organizationId, UUID providerId, AuthMethod authMethod) throws SQLException {
        return authMethod == AuthMethod.CUSTOM_HEADERS
                ? headers(cipher.decrypt(
                        row.getBytes(12),
                        new EncryptionContext(organizationId, "llm_provider", providerId, "custom_headers")))
                : RemoteCredential.headers(authMethod, sendable(token(row, organizationId, providerId)));
    }

    private String token(ResultSet row, UUID organizationId, UUID providerId) throws SQLException {
        byte[] own = row.getBytes(11);
        return own != null
                ? cipher.decrypt(own, new EncryptionContext(organizationId, "llm_provider", providerId, "token"))
                : cipher.decrypt(
                        row.getBytes(14),
                        new EncryptionContext(organizationId, "secret", row.getObject(13, UUID.class), "value"));
    }

    private Optional<RemoteReference> remoteSecret(ResultSet row, UUID organizationId) throws SQLException {
        UUID providerId = row.getObject(18, UUID.class);
        return providerId == null
                ? Optional.empty()
                : Optional.of(new RemoteReference(
                        organizationId,
                        row.getObject(13, UUID.class),
                        row.getString(15),
                        providerId,
                        row.getString(19),
                        new VaultConfig(
                                row.getString(20),
                                Optional.ofNullable(row.getString(21)),
                                Optional.ofNullable(row.getString(22)),
                                vaultAuth(row, organizationId, providerId)),
                        row.getString(16),
                        row.getString(17)));
    }

    private VaultConfig.Auth vaultAuth(ResultSet row, UUID organizationId, UUID providerId) throws SQLException {
        byte[] token = row.getBytes(23);
        return token != null
                ? new VaultConfig.Token(cipher.decrypt(
                        token, new EncryptionContext(organizationId, "secret_provider", providerId, "token")))
                : new VaultConfig.AppRole(
                        row.getString(24),
                        row.getString(25),
                        cipher.decrypt(
                                row.getBytes(26),
                                new EncryptionContext(
                                        organizationId, "secret_provider", providerId, "approle_secret_id")));
    }

    private List<Map.Entry<String, String>> headers(String json) {
        try {
            return mapper.readValue(json, new TypeReference<Map<String, String>>() {}).entrySet().stream()
                    .map(header -> Map.entry(header.getKey().toLowerCase(Locale.ROOT), sendable(header.getValue())))
                    .toList();
        } catch (JsonProcessingException e) {
            // Without the cause, whose message may quote decrypted text.
            throw new IllegalStateException("stored headers are a JSON object of strings");
        }
    }

    /** Turns a credential into a header value; nothing else does. */
    private static String sendable(String credential) {
        return HeaderSyntax.credential(credential).orElseThrow(UnsendableException::new);
    }

    private byte[] json(String text) {
        try {
            return mapper.writeValueAsString(text).getBytes(UTF_8);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Without a message, which could quote a credential. */
    private static final class UnsendableException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private UnsendableException() {
            super(null, null, false, false);
        }
    }
}
