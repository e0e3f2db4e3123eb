package io.agyn.sdk;

import static java.util.Objects.requireNonNull;

import io.agyn.sdk.api.ApiTokensApi;
import io.agyn.sdk.api.AuditEventsApi;
import io.agyn.sdk.api.ClusterAuditEventsApi;
import io.agyn.sdk.api.LlmProvidersApi;
import io.agyn.sdk.api.MeApi;
import io.agyn.sdk.api.MembersApi;
import io.agyn.sdk.api.ModelTestsApi;
import io.agyn.sdk.api.ModelsApi;
import io.agyn.sdk.api.OrganizationsApi;
import io.agyn.sdk.api.SecretsApi;
import io.agyn.sdk.api.UsageApi;
import io.agyn.sdk.api.UsersApi;
import io.agyn.sdk.client.ApiClient;
import io.agyn.sdk.model.Me;
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
 * <p>Every call blocks until the response is complete, and throws an {@link AgynException} for a problem or a lost
 * connection. Responses 429 and 503 are retried after their {@code Retry-After}. Reads, and calls that never reached
 * the gateway, are also retried if the connection fails. Time-outs are not retried.
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
                // In clear text, HTTP/2 begins with an upgrade that some gateways do not support.
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
                // The generated code accepts only problems if success has no body, which returns 406.
                .setHeader("Accept", "application/json, application/problem+json");
    }

    /**
     * Starts a client with default settings.
     *
     * @return a new builder; missing settings come from the environment
     */
    public static Builder builder() {
        return new ClientBuilder(System::getenv);
    }

    /**
     * Creates a client of the gateway in {@code AGYN_GATEWAY} with the token in {@code AGYN_TOKEN}.
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
     * Returns the organizations of the token.
     *
     * @return the organizations that the token can access
     */
    public Organizations organizations() {
        return new Organizations(new OrganizationsApi(api), exchange);
    }

    /**
     * Returns the users of the server, for cluster admins.
     *
     * @return the users
     */
    public Users users() {
        return new Users(new UsersApi(api), exchange);
    }

    /**
     * Returns an organization's members.
     *
     * @param organizationId the organization's id; it is not looked up before the first call
     * @return the members of the organization
     */
    public Members members(UUID organizationId) {
        requireNonNull(organizationId, "organizationId is null");
        return new Members(organizationId, new MembersApi(api), exchange);
    }

    /**
     * Returns an organization's secrets.
     *
     * @param organizationId the organization's id; it is not looked up before the first call
     * @return the secrets of the organization
     */
    public Secrets secrets(UUID organizationId) {
        requireNonNull(organizationId, "organizationId is null");
        return new Secrets(organizationId, new SecretsApi(api), exchange);
    }

    /**
     * Returns an organization's LLM providers.
     *
     * @param organizationId the organization's id; it is not looked up before the first call
     * @return the LLM providers of the organization
     */
    public LlmProviders llmProviders(UUID organizationId) {
        requireNonNull(organizationId, "organizationId is null");
        return new LlmProviders(organizationId, new LlmProvidersApi(api), exchange);
    }

    /**
     * Returns an organization's models.
     *
     * @param organizationId the organization's id; it is not looked up before the first call
     * @return the models of the organization
     */
    public Models models(UUID organizationId) {
        requireNonNull(organizationId, "organizationId is null");
        return new Models(organizationId, new ModelsApi(api), new ModelTestsApi(modelTests), exchange);
    }

    /**
     * Returns an organization's usage.
     *
     * @param organizationId the organization's id; it is not looked up before the first call
     * @return the usage of the organization
     */
    public Usage usage(UUID organizationId) {
        requireNonNull(organizationId, "organizationId is null");
        return new Usage(organizationId, new UsageApi(api), exchange);
    }

    /**
     * Returns an organization's audit log.
     *
     * @param organizationId the organization's id; it is not looked up before the first call
     * @return the audit log of the organization
     */
    public AuditEvents auditEvents(UUID organizationId) {
        requireNonNull(organizationId, "organizationId is null");
        return new AuditEvents(organizationId, new AuditEventsApi(api), exchange);
    }

    /**
     * Returns the audit log outside organizations, and of deleted organizations.
     *
     * @return the audit log of the cluster
     */
    public ClusterAuditEvents clusterAuditEvents() {
        return new ClusterAuditEvents(new ClusterAuditEventsApi(api), exchange);
    }

    /**
     * Returns the API tokens of the caller; for cluster admins, of all users.
     *
     * @return the API tokens
     */
    public ApiTokens apiTokens() {
        return new ApiTokens(new ApiTokensApi(api), exchange);
    }

    /**
     * Reads the user and the API token of this client.
     *
     * @return the caller
     * @throws UnauthenticatedException if the gateway rejects the token
     */
    public Me me() {
        MeApi me = new MeApi(api);
        return exchange.read(me::getMeWithHttpInfo);
    }

    /** Waits for calls in flight, then closes connections and threads. Later calls fail. */
    @Override
    public void close() {
        http.close();
    }

    /** {@return the client's gateway, without its token} */
    @Override
    public String toString() {
        return "AgynClient[" + gateway + "]";
    }

    /** All generated APIs share one HttpClient, which is closed with this client. */
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

    /** The settings of a client. All have defaults. */
    public sealed interface Builder permits ClientBuilder {
        /**
         * Sets the server to call; otherwise {@code AGYN_GATEWAY} of the environment.
         *
         * @param gateway the server's base URL, http or https, such as {@code https://agyn.example}; the API is at
         *     {@code /api/v1} below it
         * @return this builder
         * @throws IllegalArgumentException if it has another scheme, no host, or user info, a query or a fragment
         */
        Builder gateway(URI gateway);

        /**
         * Sets the API token; otherwise {@code AGYN_TOKEN} of the environment.
         *
         * @param token the plaintext, {@code agyn_…}; white space around it is dropped
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
         * Sets how long a request may take, from connecting to the last byte of the response; 30 seconds if not set.
         * Each retry has this time again. Model tests have {@link #modelTestTimeout(Duration)}.
         *
         * @param timeout a positive duration
         * @return this builder
         */
        Builder requestTimeout(Duration timeout);

        /**
         * Sets how long {@link Models#test(UUID)} may take; 11 minutes if not set, which is longer than the server's
         * default ({@code AGYN_PROXY_FIRST_BYTE_TIMEOUT}).
         *
         * @param timeout a positive duration
         * @return this builder
         */
        Builder modelTestTimeout(Duration timeout);

        /**
         * Sets the maximum number of retries; 3 if not set.
         *
         * @param maxRetries 0 (never) to 10
         * @return this builder
         */
        Builder maxRetries(int maxRetries);

        /**
         * Creates the client. It sends nothing before its first call.
         *
         * @return a new client, to be closed after use
         * @throws IllegalStateException if there is no gateway or no token, neither set nor in the environment
         * @throws IllegalArgumentException if a variable of the environment is invalid
         */
        AgynClient build();
    }
}
