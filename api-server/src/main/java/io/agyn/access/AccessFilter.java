package io.agyn.access;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Permissions.Permission;
import io.agyn.access.Permissions.Tokens;
import io.agyn.contract.Uuids;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.SimpleResourceInfo;

/**
 * The one way in: every request of the REST API passes here before its resource runs and before its body is read. Who is
 * it, may they do this, and is the organization in the path one that they reach?
 */
class AccessFilter {
    private static final Pattern BEARER = Pattern.compile("(?i:Bearer) +(\\S+) *");
    private static final Pattern BEARER_WORD = Pattern.compile("^(?i:Bearer) +");
    private static final String CONTRACT_INTERFACES = "io.agyn.api";
    private static final String ORGANIZATION = "organization_id";

    private final Authenticator authenticator;
    private final Tenants tenants;
    private final Caller caller;
    private final Refusals refusals;
    private final Throttle throttle;
    private final SourceAddress addresses;
    private final HttpServerRequest http;

    AccessFilter(
            Authenticator authenticator,
            Tenants tenants,
            Caller caller,
            Refusals refusals,
            Throttle throttle,
            SourceAddress addresses,
            HttpServerRequest http) {
        this.authenticator = requireNonNull(authenticator, "authenticator is null");
        this.tenants = requireNonNull(tenants, "tenants is null");
        this.caller = requireNonNull(caller, "caller is null");
        this.refusals = requireNonNull(refusals, "refusals is null");
        this.throttle = requireNonNull(throttle, "throttle is null");
        this.addresses = requireNonNull(addresses, "addresses is null");
        this.http = requireNonNull(http, "http is null");
    }

    @ServerRequestFilter(priority = Priorities.AUTHENTICATION)
    public void admit(ContainerRequestContext request, SimpleResourceInfo resource) {
        String authorization = request.getHeaderString(HttpHeaders.AUTHORIZATION);
        Optional<String> operation = operation(resource);
        String organization = request.getUriInfo().getPathParameters().getFirst(ORGANIZATION);
        String name = resource.getMethodName();
        caller.admit(() -> {
            try {
                require(authorization, operation, organization);
            } catch (ProblemException e) {
                refusals.note(name, e.kind());
                throw e;
            }
        });
    }

    private void require(String authorization, Optional<String> operation, String organization) {
        Identity identity = authenticate(authorization);
        caller.set(identity);
        Permission permission = permission(operation);
        authorize(identity, permission, organization == null ? identity.standing() : standing(identity, organization));
    }

    private Identity authenticate(String authorization) {
        if (authorization == null) {
            throw unauthenticated("", "Send an API token as Authorization: Bearer agyn_….");
        }
        Matcher bearer = BEARER.matcher(authorization);
        return Optional.of(bearer)
                .filter(Matcher::matches)
                .flatMap(match -> authenticator.authenticate(match.group(1)))
                .orElseThrow(() -> failed(authorization));
    }

    private ProblemException failed(String authorization) {
        if (throttle.isTooMuch(
                addresses.of(http), BEARER_WORD.matcher(authorization).replaceFirst(""))) {
            return new ProblemException(
                            ProblemKind.TOO_MANY_REQUESTS,
                            "Too many API tokens that do not work came from here, or began like this one; wait a minute.")
                    .withHeader(HttpHeaders.RETRY_AFTER, Long.toString(Throttle.WINDOW.toSeconds()));
        }
        return unauthenticated(
                ", error=\"invalid_token\"",
                "The API token is mistyped, unknown, expired or revoked, or its user is suspended; send"
                        + " Authorization: Bearer agyn_… with one that works.");
    }

    /**
     * The operation of the contract that the resource implements; nothing where it is none. What is no generated
     * interface's may have the name of an operation, and must not have its permissions.
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

    private static Permission permission(Optional<String> operation) {
        return operation
                .flatMap(Permissions::of)
                .orElseThrow(() -> new ProblemException(
                        ProblemKind.FORBIDDEN, "Nobody may do this: the operation is not among the permissions."));
    }

    /** An organization that is out of reach answers as one that does not exist. */
    private Standing standing(Identity identity, String organization) {
        return Uuids.parse(organization)
                .filter(identity::reaches)
                .filter(tenants::exists)
                .flatMap(identity::standingIn)
                .orElseThrow(() -> ProblemException.notFound("organization"));
    }

    private static void authorize(Identity identity, Permission permission, Standing standing) {
        if (!permission.standings().contains(standing)) {
            throw new ProblemException(
                    ProblemKind.FORBIDDEN,
                    "Your role does not allow this; ask an owner of the organization, or a cluster admin.");
        }
        if (permission.tokens() == Tokens.UNBOUND_TOKEN
                && identity.boundOrganization().isPresent()) {
            throw new ProblemException(
                    ProblemKind.FORBIDDEN, "The API token is bound to an organization; use one that is not.");
        }
    }

    private static ProblemException unauthenticated(String error, String detail) {
        return new ProblemException(ProblemKind.UNAUTHENTICATED, detail)
                .withHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"agyn\"" + error);
    }
}
