package io.agyn.llm.providers;

import io.agyn.api.model.AuthMethod;
import io.agyn.api.model.LlmProviderCreate;
import io.agyn.api.model.LlmProviderUpdate;
import io.agyn.contract.BaseUrls;
import io.agyn.contract.BodyRules;
import io.agyn.contract.Violations;
import io.agyn.headers.HeaderSyntax;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks that credentials fit the auth method, that header names may be set, and that endpoints can be called. */
public final class LlmProviderRules {
    /** The headers that the proxy sets itself, in lower case. */
    public static final Set<String> MANAGED_BY_PROXY =
            Set.of("host", "content-length", "connection", "transfer-encoding");

    private static final int MAX_HEADER_NAME_LENGTH = 256;
    private static final Pattern OPERATION = Pattern.compile("(/responses|/messages)/*$");

    private LlmProviderRules() {}

    @Singleton
    static class OnCreate implements BodyRules<LlmProviderCreate> {
        @Override
        public Class<LlmProviderCreate> type() {
            return LlmProviderCreate.class;
        }

        @Override
        public void check(LlmProviderCreate body, Violations violations) {
            CredentialsInput credentials = CredentialsInput.of(body);
            checkEndpoint(body.getEndpoint(), violations);
            checkCredentials(credentials, violations);
            if (credentials.isEmpty()) {
                requireCredentials(credentials.authMethod(), violations);
            }
        }
    }

    @Singleton
    static class OnUpdate implements BodyRules<LlmProviderUpdate> {
        @Override
        public Class<LlmProviderUpdate> type() {
            return LlmProviderUpdate.class;
        }

        @Override
        public void check(LlmProviderUpdate body, Violations violations) {
            checkEndpoint(body.getEndpoint(), violations);
            checkCredentials(CredentialsInput.of(body), violations);
        }
    }

    /** Adds a violation for the missing credentials of an auth method. */
    static void requireCredentials(@Nullable AuthMethod authMethod, Violations violations) {
        switch (authMethod) {
            case null -> {}
            case BEARER, X_API_KEY -> {
                if (!violations.existAt("/token") && !violations.existAt("/token_secret_id")) {
                    violations.at(
                            "/token_secret_id",
                            "Set token or token_secret_id; " + authMethod + " requires one of them.");
                }
            }
            case CUSTOM_HEADERS -> {
                if (!violations.existAt("/custom_headers")) {
                    violations.at("/custom_headers", "Must have at least one header.");
                }
            }
        }
    }

    private static void checkCredentials(CredentialsInput credentials, Violations violations) {
        switch (credentials.authMethod()) {
            case null -> {}
            case BEARER, X_API_KEY -> {
                if (credentials.customHeaders() != null) {
                    violations.at(
                            "/custom_headers",
                            "Remove custom_headers, or set auth_method to custom_headers; " + credentials.authMethod()
                                    + " takes a token.");
                }
                if (credentials.token() != null && credentials.tokenSecretId() != null) {
                    violations.at("/token", "Set token or token_secret_id, not both.");
                }
            }
            case CUSTOM_HEADERS -> {
                if (credentials.token() != null) {
                    violations.at("/token", "Remove token; auth_method custom_headers uses only the header map.");
                }
                if (credentials.tokenSecretId() != null) {
                    violations.at(
                            "/token_secret_id",
                            "Remove token_secret_id; auth_method custom_headers uses only the header map.");
                }
            }
        }
        if (credentials.customHeaders() != null) {
            checkHeaderNames(credentials.customHeaders(), violations);
        }
    }

    private static void checkHeaderNames(Map<String, String> headers, Violations violations) {
        Map<String, String> seen = new HashMap<>();
        for (String name : headers.keySet()) {
            String pointer = Violations.child("/custom_headers", name);
            String folded = name.toLowerCase(Locale.ROOT);
            String same = seen.putIfAbsent(folded, name);
            if (MANAGED_BY_PROXY.contains(folded)) {
                violations.at(pointer, "Remove this header; " + name + " is managed by the proxy.");
            } else if (!HeaderSyntax.isName(name) || name.length() > MAX_HEADER_NAME_LENGTH) {
                violations.at(pointer, "A header name may contain only letters, digits and !#$%&'*+.^_`|~-.");
            } else if (same != null) {
                violations.at(pointer, "Duplicate of header " + same + ".");
            }
        }
    }

    private static void checkEndpoint(@Nullable String endpoint, Violations violations) {
        if (endpoint == null || violations.existAt("/endpoint")) {
            return;
        }
        BaseUrls.check(endpoint, "/endpoint", violations);
        Matcher operation = OPERATION.matcher(endpoint);
        if (operation.find()) {
            violations.at(
                    "/endpoint",
                    "Remove " + operation.group(1) + " from its end; the endpoint is the base URL, and calls add it.");
        }
    }
}
