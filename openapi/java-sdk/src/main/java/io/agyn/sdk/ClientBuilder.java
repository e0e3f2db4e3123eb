package io.agyn.sdk;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

final class ClientBuilder implements AgynClient.Builder {
    private static final Pattern VISIBLE_ASCII = Pattern.compile("[!-~]+");
    private static final int MOST_RETRIES = 10;

    private final UnaryOperator<String> environment;
    private @Nullable URI gateway;
    private @Nullable String token;
    private Duration connectTimeout = Duration.ofSeconds(10);
    private Duration requestTimeout = Duration.ofSeconds(30);
    private Duration modelTestTimeout = Duration.ofMinutes(11);
    private int maxRetries = 3;

    ClientBuilder(UnaryOperator<String> environment) {
        this.environment = requireNonNull(environment, "environment is null");
    }

    @Override
    public ClientBuilder gateway(URI gateway) {
        this.gateway = checkedGateway(requireNonNull(gateway, "gateway is null"));
        return this;
    }

    private static URI checkedGateway(URI gateway) {
        String scheme = gateway.getScheme() == null ? "" : gateway.getScheme().toLowerCase(Locale.ROOT);
        boolean valid = (scheme.equals("http") || scheme.equals("https"))
                && gateway.getHost() != null
                && gateway.getRawUserInfo() == null
                && gateway.getRawQuery() == null
                && gateway.getRawFragment() == null;
        if (!valid) {
            // The message omits the URL: its user info or query may be a credential.
            throw new IllegalArgumentException("The gateway must be the server's base URL, http://host or https://host,"
                    + " without user info, query or fragment");
        }
        String path = gateway.getRawPath().replaceAll("/+$", "");
        return URI.create(scheme + "://" + gateway.getRawAuthority() + path);
    }

    @Override
    public ClientBuilder token(String token) {
        String stripped = requireNonNull(token, "token is null").strip();
        // Checked here because java.net.http shows the value of an invalid header in its message.
        if (!VISIBLE_ASCII.matcher(stripped).matches()) {
            throw new IllegalArgumentException("The token must be an API token: visible ASCII characters only");
        }
        this.token = stripped;
        return this;
    }

    @Override
    public ClientBuilder connectTimeout(Duration timeout) {
        this.connectTimeout = positive("connectTimeout", timeout);
        return this;
    }

    @Override
    public ClientBuilder requestTimeout(Duration timeout) {
        this.requestTimeout = positive("requestTimeout", timeout);
        return this;
    }

    @Override
    public ClientBuilder modelTestTimeout(Duration timeout) {
        this.modelTestTimeout = positive("modelTestTimeout", timeout);
        return this;
    }

    private static Duration positive(String name, Duration duration) {
        requireNonNull(duration, name + " is null");
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException(name + " must be positive, not " + duration);
        }
        return duration;
    }

    @Override
    public ClientBuilder maxRetries(int maxRetries) {
        if (maxRetries < 0 || maxRetries > MOST_RETRIES) {
            throw new IllegalArgumentException("maxRetries must be 0 to " + MOST_RETRIES + ", not " + maxRetries);
        }
        this.maxRetries = maxRetries;
        return this;
    }

    @Override
    public AgynClient build() {
        if (gateway == null) {
            gateway(gatewayOfEnvironment());
        }
        if (token == null) {
            token(variable("AGYN_TOKEN", "token"));
        }
        return AgynClient.of(this);
    }

    private URI gatewayOfEnvironment() {
        String value = variable("AGYN_GATEWAY", "gateway").strip();
        try {
            return URI.create(value);
        } catch (IllegalArgumentException e) {
            // Without the cause: its message repeats the text, which may hold a password.
            throw new IllegalArgumentException("AGYN_GATEWAY is not a URL; it must be like https://agyn.example");
        }
    }

    private String variable(String name, String setting) {
        String value = environment.apply(name);
        if (value == null || value.isBlank()) {
            throw new IllegalStateException("There is no " + setting + ": set the environment variable " + name
                    + ", or call " + setting + "(…)");
        }
        return value;
    }

    URI gateway() {
        return requireNonNull(gateway, "gateway is null");
    }

    String token() {
        return requireNonNull(token, "token is null");
    }

    Duration connectTimeout() {
        return connectTimeout;
    }

    Duration requestTimeout() {
        return requestTimeout;
    }

    Duration modelTestTimeout() {
        return modelTestTimeout;
    }

    int maxRetries() {
        return maxRetries;
    }
}
