package io.agyn.proxy.exchange;

import io.agyn.api.model.Protocol;
import io.agyn.proxy.body.Reference;
import io.agyn.proxy.body.RequestField;
import io.agyn.proxy.dialect.Operation;
import io.agyn.proxy.dialect.OperationPath;
import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.dialect.ProxyError.Kind;
import io.agyn.proxy.routing.Route;
import io.agyn.proxy.routing.Target;
import io.agyn.secrets.remote.RemoteReference;
import io.agyn.vault.VaultException;
import java.util.List;
import java.util.stream.Collectors;

/** The errors of calls that no provider receives. */
public final class RoutingErrors {
    /** A lookup needs the database, which does not respond. */
    static final ProxyError DATABASE_UNAVAILABLE = ProxyError.of(
            Kind.UNAVAILABLE, "The database is unavailable, and this model or token is not cached; try again soon.");

    /** An access token arrived before the identity provider's keys could be fetched. */
    static final ProxyError IDENTITY_PROVIDER_UNAVAILABLE = ProxyError.of(
            Kind.UNAVAILABLE,
            "The identity provider was unavailable since the server started, so that access tokens cannot be verified;"
                    + " try again soon, or use an API token.");

    private static final String MODEL = "model";

    private RoutingErrors() {}

    public static ProxyError unknownModel(String model) {
        return unknownModel(new Route.UnknownModel(), model);
    }

    public static ProxyError unknownModel(Route.UnknownModel route, String model) {
        return ProxyError.of(
                        Kind.MODEL_NOT_FOUND,
                        route.elsewhere().isEmpty()
                                ? "No model \"" + model
                                        + "\" is accessible with your API token; GET /v1/models lists the"
                                        + " accessible models."
                                : "Your home organization has no model \"" + model + "\"; call "
                                        + quoted(route.elsewhere()) + " instead.")
                .about(MODEL);
    }

    /** A call with a model's name without a slug, by a caller without a home organization. */
    public static ProxyError noHome(Route.NoHome route, String model) {
        return ProxyError.of(
                        Kind.INVALID_REQUEST,
                        "The model \"" + model + "\" needs an organization, since you have no home organization: call "
                                + (route.elsewhere().isEmpty()
                                        ? "\"<slug>/" + model + "\" with an organization's slug"
                                        : quoted(route.elsewhere()))
                                + ", send the header x-agyn-organization, or choose a home organization.")
                .about(MODEL);
    }

    private static String quoted(List<String> names) {
        return names.stream().map(name -> '"' + name + '"').collect(Collectors.joining(" or "));
    }

    /** The caller's credential may not call models. */
    public static ProxyError missingScope() {
        return ProxyError.of(
                Kind.INSUFFICIENT_SCOPE,
                "The API token lacks the scope call_models, so it cannot call models; use one that has it.");
    }

    /** @param model the name of a model that is not among those of the caller's credential */
    public static ProxyError modelNotAllowed(String model) {
        return ProxyError.of(
                        Kind.MODEL_NOT_ALLOWED,
                        "The API token cannot call the model \"" + model + "\"; GET /v1/models lists the models that it"
                                + " can call.")
                .about(MODEL);
    }

    /** The same as {@link #modelNotAllowed} for a reference to an object, whose model's name is not known. */
    public static ProxyError modelNotAllowed(Reference reference) {
        return ProxyError.of(
                        Kind.MODEL_NOT_ALLOWED,
                        subject(reference) + " was created with a model that the API token cannot call.")
                .about(reference.parameter());
    }

    /** A call names no model, and has no default model; the text is the vendor's. */
    public static ProxyError missingModel(Protocol protocol) {
        String message =
                switch (protocol) {
                    case RESPONSES -> "Missing required parameter: 'model'.";
                    case ANTHROPIC_MESSAGES -> "model: Field required";
                };
        return ProxyError.of(Kind.MISSING_PARAMETER, message).about(MODEL);
    }

    /** A call that has no model by nature, and may go to several LLM providers. */
    public static ProxyError missingDefault() {
        return ProxyError.of(
                        Kind.MISSING_PARAMETER,
                        "This call names no model, and your API token reaches none or several LLM providers: send the"
                                + " header x-agyn-model, or set a default model of the organization or the API token.")
                .about(RequestHead.MODEL.toString());
    }

    /** The error of a model in a batch. */
    public static ProxyError inBatch(Reference reference, ProxyError error) {
        return ProxyError.of(error.kind(), reference.parameter() + ": " + error.message())
                .about(reference.parameter());
    }

    /** @param target the target of the first request */
    public static ProxyError otherProvider(Reference reference, Target target) {
        return inBatch(
                reference,
                ProxyError.of(
                        Kind.INVALID_REQUEST,
                        "All requests of a batch need models of one LLM provider; \"" + reference.value() + "\" and \""
                                + target.modelName() + "\" use different ones. Send two batches."));
    }

    public static ProxyError unknownOrganization() {
        return ProxyError.of(Kind.NOT_FOUND, "No organization with this id or slug is accessible with your API token.")
                .about(RequestHead.ORGANIZATION.toString());
    }

    public static ProxyError uncallable(Route.Uncallable route) {
        return switch (route) {
            case Route.Orphaned orphaned -> orphaned(orphaned);
            case Route.Unreadable unreadable -> unreadable(unreadable);
            case Route.Unsendable unsendable -> unsendable(unsendable);
        };
    }

    private static ProxyError orphaned(Route.Orphaned route) {
        return ProxyError.of(
                        Kind.MODEL_NOT_FOUND,
                        "The model \"" + route.modelName() + "\" is orphaned: its LLM provider was deleted. Choose"
                                + " another LLM provider for it.")
                .about(MODEL);
    }

    private static ProxyError unreadable(Route.Unreadable route) {
        return ProxyError.of(
                        Kind.INTERNAL,
                        "The credentials of the LLM provider of \"" + route.modelName() + "\" cannot be decrypted: set"
                                + " them again.")
                .about(MODEL);
    }

    private static ProxyError unsendable(Route.Unsendable route) {
        return ProxyError.of(
                        Kind.CREDENTIALS_UNUSABLE,
                        "The credentials of the LLM provider " + route.providerName()
                                + " contain characters that are invalid in HTTP headers: replace them, or the secret that"
                                + " holds them, with visible ASCII characters.")
                .about(MODEL);
    }

    /** @param failure a {@link VaultException}, or a fault of this server */
    public static ProxyError credentialUnavailable(RemoteReference secret, Throwable failure) {
        return failure instanceof VaultException known
                ? ProxyError.of(Kind.CREDENTIAL_UNAVAILABLE, secret.explain(known))
                        .about(MODEL)
                : ProxyError.of(Kind.INTERNAL, "Internal error; see the server log.");
    }

    /** The same error for unknown objects and for those of organizations that the caller does not reach. */
    public static ProxyError unknownObject(OperationPath path) {
        return ProxyError.of(
                Kind.STORED_OBJECT_NOT_FOUND, noun(path.operation()) + " with id '" + path.objectId() + "' not found.");
    }

    private static String noun(Operation operation) {
        return switch (operation.protocol()) {
            case RESPONSES ->
                operation.path().startsWith(Operation.CREATE_RESPONSE.path()) ? "Response" : "Conversation";
            case ANTHROPIC_MESSAGES -> "Message batch";
        };
    }

    /** The vendor's own error, on which clients send the whole conversation again. */
    public static ProxyError unknownReference(Reference reference) {
        return ProxyError.of(Kind.PREVIOUS_RESPONSE_NOT_FOUND, subject(reference) + " not found.")
                .about(reference.parameter());
    }

    /**
     * A reference to an object that another LLM provider stores.
     *
     * @param provider the name of that LLM provider
     * @param target the target of the call
     */
    public static ProxyError referenceElsewhere(Reference reference, String provider, Target target) {
        return ProxyError.of(
                        Kind.PREVIOUS_RESPONSE_NOT_FOUND,
                        subject(reference) + " was created at the LLM provider " + provider + ", and the model \""
                                + target.modelName() + "\" uses " + target.providerName() + ": use a model of "
                                + provider + ", or send the whole conversation.")
                .about(reference.parameter());
    }

    private static String subject(Reference reference) {
        String noun = reference.field() == RequestField.CONVERSATION ? "Conversation" : "Previous response";
        return noun + " with id '" + reference.value() + "'";
    }

    public static ProxyError wrongPath(Operation asked, Target target) {
        return ProxyError.of(
                        Kind.INVALID_REQUEST,
                        "The model \"" + target.modelName() + "\" uses the protocol " + target.protocol()
                                + ": call it at "
                                + Operation.creating(target.protocol()).callerPath() + ", not at "
                                + asked.callerPath() + ".")
                .about(MODEL);
    }
}
