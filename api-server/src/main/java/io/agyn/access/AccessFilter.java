package io.agyn.access;

import static java.util.Objects.requireNonNull;

import io.agyn.pipeline.Stage;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import java.lang.reflect.Method;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.SimpleResourceInfo;
import org.jspecify.annotations.Nullable;

/** Authenticates and authorizes every request of the REST API before its body is read and its resource runs. */
class AccessFilter {
    private static final Pattern BEARER = Pattern.compile("(?i:Bearer) +(\\S+) *");
    private static final Pattern EMPTY = Pattern.compile("(?i:Bearer)? *");
    private static final Pattern BEARER_WORD = Pattern.compile("^(?i:Bearer) +");
    private static final String CONTRACT_INTERFACES = "io.agyn.api";

    private final Authenticator authenticator;
    private final Access access;
    private final Caller caller;
    private final PathIds ids;
    private final FailedTokens failedTokens;
    private final RequestLimits limits;

    AccessFilter(
            Authenticator authenticator,
            Access access,
            Caller caller,
            PathIds ids,
            FailedTokens failedTokens,
            RequestLimits limits) {
        this.authenticator = requireNonNull(authenticator, "authenticator is null");
        this.access = requireNonNull(access, "access is null");
        this.caller = requireNonNull(caller, "caller is null");
        this.ids = requireNonNull(ids, "ids is null");
        this.failedTokens = requireNonNull(failedTokens, "failedTokens is null");
        this.limits = requireNonNull(limits, "limits is null");
    }

    @ServerRequestFilter(priority = Stage.Priority.AUTHENTICATION)
    public void admit(ContainerRequestContext request, SimpleResourceInfo resource) {
        if (resource.getResourceClass().isAnnotationPresent(SessionAuthenticated.class)) {
            return;
        }
        String authorization = request.getHeaderString(HttpHeaders.AUTHORIZATION);
        Optional<String> operation = operation(resource);
        String name = resource.getMethodName();
        ids.set(request.getUriInfo().getPathParameters().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, parameter -> parameter.getValue().getFirst())));
        try {
            caller.authorize(() -> access.require(name, operation, () -> authenticate(authorization)));
        } finally {
            // Denied requests count too.
            caller.authenticated().ifPresent(limits::countToken);
        }
    }

    private Identity authenticate(@Nullable String authorization) {
        if (authorization == null) {
            throw unauthenticated("", "Send an API token as Authorization: Bearer agyn_….");
        }
        if (EMPTY.matcher(authorization).matches()) {
            throw unauthenticated("", "The API token is empty; send one as Authorization: Bearer agyn_….");
        }
        Optional<Identity> found = Optional.of(BEARER.matcher(authorization))
                .filter(Matcher::matches)
                .flatMap(match -> authenticator.lookUp(match.group(1)));
        return found.filter(identity -> identity.credential().isValidAt(Instant.now()))
                .orElseThrow(() -> failed(authorization, found));
    }

    private ProblemException failed(String authorization, Optional<Identity> expired) {
        String token = BEARER_WORD.matcher(authorization).replaceFirst("");
        return failedTokens.count(
                token,
                unauthenticated(
                        ", error=\"invalid_token\"",
                        authenticator
                                .rejection(token)
                                .map(reason -> reason + " Get a new access token, or send an API token.")
                                .orElseGet(() -> FailedTokens.reason(expired)
                                        + " Send Authorization: Bearer agyn_… with one that works.")));
    }

    /**
     * Returns the contract's operation that the resource implements; empty for other resources. A resource outside of
     * the generated interfaces may share an operation's name, and must not get its permissions.
     */
    private static Optional<String> operation(SimpleResourceInfo resource) {
        return Arrays.stream(resource.getResourceClass().getInterfaces())
                .filter(type -> type.getPackageName().equals(CONTRACT_INTERFACES))
                .flatMap(type -> Arrays.stream(type.getMethods()))
                .filter(method -> method.getName().equals(resource.getMethodName())
                        && Arrays.equals(method.getParameterTypes(), resource.parameterTypes()))
                .map(Method::getName)
                .findFirst();
    }

    private static ProblemException unauthenticated(String error, String detail) {
        return new ProblemException(ProblemKind.UNAUTHENTICATED, detail)
                .withHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"agyn\"" + error);
    }
}
