package io.agyn.sdk;

import static java.util.Objects.requireNonNull;

import io.agyn.sdk.api.ApiTokensApi;
import io.agyn.sdk.api.AuditEventsApi;
import io.agyn.sdk.api.ClusterAuditEventsApi;
import io.agyn.sdk.api.GroupMappingsApi;
import io.agyn.sdk.api.InvitationsApi;
import io.agyn.sdk.api.LimitsApi;
import io.agyn.sdk.api.LlmProvidersApi;
import io.agyn.sdk.api.MeApi;
import io.agyn.sdk.api.MembersApi;
import io.agyn.sdk.api.ModelTestsApi;
import io.agyn.sdk.api.ModelsApi;
import io.agyn.sdk.api.OrganizationApiTokensApi;
import io.agyn.sdk.api.OrganizationsApi;
import io.agyn.sdk.api.SecretChecksApi;
import io.agyn.sdk.api.SecretProvidersApi;
import io.agyn.sdk.api.SecretsApi;
import io.agyn.sdk.api.UsageApi;
import io.agyn.sdk.api.UsersApi;
import io.agyn.sdk.client.ApiClient;
import io.agyn.sdk.model.Me;
import io.agyn.sdk.model.MeUpdate;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.UUID;

/**
 * A client of the Agyn LLM control plane.
 *
 * <pre>{@code
 * try (AgynClient client = AgynClient.fromEnvironment()) {
 *     Organization acme = client.organizations().create(new OrganizationCreate().name("Acme"));
 *     for (Secret secret : client.secrets(acme.getId()).list()) {
 *         System.out.println(secret.getName());
 *     }
 * }
 * }</pre>
 *
 * <p>A client is immutable and safe for use by many threads; one per gateway and token is enough. It holds connections
 * and threads until it is closed.
 *
 * <p>Every call blocks until the response is complete. It throws an {@link AgynException} if the response is an error
 * or does not arrive. Responses 429 and 503 are retried after their {@code Retry-After}. Connection failures are
 * retried for reads, and for calls that never reached the gateway. Time-outs are not retried.
 */
public final class AgynClient implements AutoCloseable {
    private final URI gateway;
    private final HttpClient http;
    private final ApiClient api;
    private final ApiClient modelTests;
    private final Exchange exchange;

    private AgynClient(ClientBuilder settings) {
        this.gateway = settings.gateway();
        this.http = HttpClient.newBuilder()
                .connectTimeout(settings.connectTimeout())
                // Without TLS, HTTP/2 starts with an upgrade that some gateways handle badly.
                .version(gateway.getScheme().equals("https") ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1)
                .build();
        this.api = api(settings, settings.requestTimeout());
        this.modelTests = api(settings, settings.modelTestTimeout());
        this.exchange = new Exchange(gateway, new Retries(settings.maxRetries()));
    }

    private ApiClient api(ClientBuilder settings, Duration timeout) {
        String authorization = "Bearer " + settings.token();
        ApiClient calls = new SharedHttpApiClient(new WholeResponseHttpClient(http, timeout), gateway + "/api/v1");
        calls.setRequestInterceptor(request -> prepare(request, authorization));
        return calls;
    }

    private static void prepare(HttpRequest.Builder request, String authorization) {
        request.setHeader("Authorization", authorization)
                .setHeader("User-Agent", "agyn-java-sdk")
                // For calls whose success has no body, the generated code accepts only problems, which is a 406.
                .setHeader("Accept", "application/json, application/problem+json");
    }

    /**
     * Starts building a client.
     *
     * @return a new builder; gateway and token default to the environment variables
     */
    public static Builder builder() {
        return new ClientBuilder(System::getenv);
    }

    /**
     * Creates a client for the gateway in {@code AGYN_GATEWAY} with the token in {@code AGYN_TOKEN}.
     *
     * @return a new client, to be closed after use
     * @throws IllegalStateException if one of the two variables is not set
     * @throws IllegalArgumentException if one of them is invalid
     */
    public static AgynClient fromEnvironment() {
        return builder().build();
    }

    static AgynClient of(ClientBuilder settings) {
        return new AgynClient(settings);
    }

    /**
     * Gives access to organizations.
     *
     * @return the organizations that the token can access
     */
    public Organizations organizations() {
        return new Organizations(new OrganizationsApi(api), exchange);
    }

    /**
     * Gives access to the users of the server, which is for cluster admins.
     *
     * @return the users
     */
    public Users users() {
        return new Users(new UsersApi(api), exchange);
    }

    /**
     * Gives access to an organization's members.
     *
     * @param organizationId the organization's id; it is not looked up before the first call
     * @return the members of the organization
     */
    public Members members(UUID organizationId) {
        requireNonNull(organizationId, "organizationId is null");
        return new Members(organizationId, new MembersApi(api), exchange);
    }

    /**
     * Gives access to an organization's invitations.
     *
     * @param organizationId the organization's id; it is not looked up before the first call
     * @return the invitations of the organization
     */
    public Invitations invitations(UUID organizationId) {
        requireNonNull(organizationId, "organizationId is null");
        return new Invitations(organizationId, new InvitationsApi(api), exchange);
    }

    /**
     * Gives access to the invitations that the caller has received.
     *
     * @return the caller's pending invitations
     */
    public ReceivedInvitations receivedInvitations() {
        return new ReceivedInvitations(new InvitationsApi(api), exchange);
    }

    /**
     * Gives access to an organization's group mappings.
     *
     * @param organizationId the organization's id; it is not looked up before the first call
     * @return the group mappings of the organization
     */
    public GroupMappings groupMappings(UUID organizationId) {
        requireNonNull(organizationId, "organizationId is null");
        return new GroupMappings(organizationId, new GroupMappingsApi(api), exchange);
    }

    /**
     * Gives access to an organization's limits.
     *
     * @param organizationId the organization's id; it is not looked up before the first call
     * @return the limits of the organization
     */
    public Limits limits(UUID organizationId) {
        requireNonNull(organizationId, "organizationId is null");
        return new Limits(organizationId, new LimitsApi(api), exchange);
    }

    /**
     * Gives access to an organization's secrets.
     *
     * @param organizationId the organization's id; it is not looked up before the first call
     * @return the secrets of the organization
     */
    public Secrets secrets(UUID organizationId) {
        requireNonNull(organizationId, "organizationId is null");
        return new Secrets(organizationId, new SecretsApi(api), new SecretChecksApi(api), exchange);
    }

    /**
     * Gives access to an organization's secret providers.
     *
     * @param organizationId the organization's id; it is not looked up before the first call
     * @return the secret providers of the organization
     */
    public SecretProviders secretProviders(UUID organizationId) {
        requireNonNull(organizationId, "organizationId is null");
        return new SecretProviders(organizationId, new SecretProvidersApi(api), new SecretChecksApi(api), exchange);
    }

    /**
     * Gives access to an organization's LLM providers.
     *
     * @param organizationId the organization's id; it is not looked up before the first call
     * @return the LLM providers of the organization
     */
    public LlmProviders llmProviders(UUID organizationId) {
        requireNonNull(organizationId, "organizationId is null");
        return new LlmProviders(organizationId, new LlmProvidersApi(api), exchange);
    }

    /**
     * Gives access to an organization's models.
     *
     * @param organizationId the organization's id; it is not looked up before the first call
     * @return the models of the organization
     */
    public Models models(UUID organizationId) {
        requireNonNull(organizationId, "organizationId is null");
        return new Models(organizationId, new ModelsApi(api), new ModelTestsApi(modelTests), exchange);
    }

    /**
     * Gives access to the tokens and calls that an organization has used.
     *
     * @param organizationId the organization's id; it is not looked up before the first call
     * @return the usage of the organization
     */
    public Usage usage(UUID organizationId) {
        requireNonNull(organizationId, "organizationId is null");
        return new Usage(organizationId, new UsageApi(api), exchange);
    }

    /**
     * Gives access to an organization's audit log.
     *
     * @param organizationId the organization's id; it is not looked up before the first call
     * @return the audit log of the organization
     */
    public AuditEvents auditEvents(UUID organizationId) {
        requireNonNull(organizationId, "organizationId is null");
        return new AuditEvents(organizationId, new AuditEventsApi(api), exchange);
    }

    /**
     * Gives access to the audit log of everything outside organizations, and of deleted organizations.
     *
     * @return the audit log of the cluster
     */
    public ClusterAuditEvents clusterAuditEvents() {
        return new ClusterAuditEvents(new ClusterAuditEventsApi(api), exchange);
    }

    /**
     * Gives access to the caller's API tokens; for cluster admins, to all users' tokens.
     *
     * @return the API tokens
     */
    public ApiTokens apiTokens() {
        return new ApiTokens(new ApiTokensApi(api), exchange);
    }

    /**
     * The API tokens of all users that are bound to an organization, for its owners.
     *
     * @param organizationId the organization's id
     * @return their list and revocation
     */
    public OrganizationApiTokens organizationApiTokens(UUID organizationId) {
        return new OrganizationApiTokens(organizationId, new OrganizationApiTokensApi(api), exchange);
    }

    /**
     * Returns the user and the API token that this client acts for.
     *
     * @return the caller
     * @throws UnauthenticatedException if the gateway rejects the token
     */
    public Me me() {
        MeApi me = new MeApi(api);
        return exchange.read(me::getMeWithHttpInfo);
    }

    /**
     * Replaces the caller's choice of a home organization, in which model names without a slug are resolved.
     *
     * @param update the new state
     * @return the caller
     * @throws InvalidRequestException if a field is invalid
     * @throws NotFoundException if the caller cannot access the organization
     */
    public Me updateMe(MeUpdate update) {
        requireNonNull(update, "update is null");
        MeApi me = new MeApi(api);
        return exchange.write(() -> me.updateMeWithHttpInfo(update, null));
    }

    /** Waits for calls in flight, then releases connections and threads. Later calls fail. */
    @Override
    public void close() {
        http.close();
    }

    /** {@return the client's gateway, without its token} */
    @Override
    public String toString() {
        return "AgynClient[" + gateway + "]";
    }

    /** Every generated API asks for its HttpClient; they share one, so that only one must be closed. */
    private static final class SharedHttpApiClient extends ApiClient {
        private final HttpClient http;

        SharedHttpApiClient(HttpClient http, String baseUri) {
            super(null, createDefaultObjectMapper(), baseUri);
            this.http = http;
        }

        @Override
        public HttpClient getHttpClient() {
            return http;
        }
    }

    /** The settings of a client, each with a default. */
    public sealed interface Builder permits ClientBuilder {
        /**
         * Sets the server to call; by default the environment variable {@code AGYN_GATEWAY}.
         *
         * @param gateway the server's base URL, http or https, such as {@code https://agyn.example}; the API is at
         *     {@code /api/v1} below it
         * @return this builder
         * @throws IllegalArgumentException if the scheme is another, the host is missing, or it has user info, a query or a
         *     fragment
         */
        Builder gateway(URI gateway);

        /**
         * Sets the API token; by default the environment variable {@code AGYN_TOKEN}.
         *
         * @param token the plaintext, {@code agyn_…}; surrounding white space is removed
         * @return this builder
         * @throws IllegalArgumentException if it is empty or has invalid characters; the message does not show it
         */
        Builder token(String token);

        /**
         * Sets how long to wait for a connection; 10 seconds if not set.
         *
         * @param timeout a positive duration
         * @return this builder
         */
        Builder connectTimeout(Duration timeout);

        /**
         * Sets how long a request may take, from connecting to the last byte of the response; 30 seconds if not
         * set. It applies to each retry separately. Model tests use {@link #modelTestTimeout(Duration)}.
         *
         * @param timeout a positive duration
         * @return this builder
         */
        Builder requestTimeout(Duration timeout);

        /**
         * Sets how long {@link Models#test(UUID)} may take; 11 minutes if not set, which is longer than the server waits for
         * a model by default ({@code AGYN_PROXY_FIRST_BYTE_TIMEOUT}).
         *
         * @param timeout a positive duration
         * @return this builder
         */
        Builder modelTestTimeout(Duration timeout);

        /**
         * Sets how often a call is retried; 3 times if not set.
         *
         * @param maxRetries 0 (never) to 10
         * @return this builder
         */
        Builder maxRetries(int maxRetries);

        /**
         * Creates the client. It sends nothing before the first call.
         *
         * @return a new client, to be closed after use
         * @throws IllegalStateException if the gateway or the token is neither set nor in the environment
         * @throws IllegalArgumentException if a value from the environment is invalid
         */
        AgynClient build();
    }
}
