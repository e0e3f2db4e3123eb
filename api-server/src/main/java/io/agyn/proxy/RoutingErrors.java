package io.agyn.proxy;

import io.agyn.proxy.ProxyError.Kind;
import io.agyn.proxy.routing.Route;
import io.agyn.proxy.routing.Target;

/** The errors of calls that no provider receives. */
final class RoutingErrors {
    /** A lookup needs the database, which does not respond. */
    static final ProxyError DATABASE_UNAVAILABLE = ProxyError.of(
            Kind.UNAVAILABLE, "This server's database does not answer, and it must be asked for this; try again soon.");

    private static final String MODEL = "model";

    private RoutingErrors() {}

    static ProxyError unknownModel(String model) {
        return ProxyError.of(
                        Kind.MODEL_NOT_FOUND,
                        "There is no model \"" + model
                                + "\" that your API token reaches; GET /v1/models lists those that" + " there are.")
                .about(MODEL);
    }

    static ProxyError unknownOrganization() {
        return ProxyError.of(
                        Kind.NOT_FOUND, "There is no organization with this id or slug that your API token reaches.")
                .about(RequestHead.ORGANIZATION.toString());
    }

    static ProxyError uncallable(Route.Uncallable route) {
        return switch (route) {
            case Route.Orphaned orphaned -> orphaned(orphaned);
            case Route.Unreadable unreadable -> unreadable(unreadable);
            case Route.Unsendable unsendable -> unsendable(unsendable);
        };
    }

    private static ProxyError orphaned(Route.Orphaned route) {
        return ProxyError.of(
                        Kind.MODEL_NOT_FOUND,
                        "The model \"" + route.modelName() + "\" is orphaned: its LLM provider was deleted. Point it at"
                                + " another one.")
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
                                + " hold characters that no HTTP header can carry: set them again, or the secret that"
                                + " holds them, to visible ASCII characters.")
                .about(MODEL);
    }

    static ProxyError ambiguous(Route.Ambiguous route, String model) {
        return ProxyError.of(
                        Kind.INVALID_REQUEST,
                        "Several organizations have a model \"" + model + "\" (" + String.join(", ", route.slugs())
                                + "): write \"" + route.slugs().getFirst() + "/" + model
                                + "\", or send the header x-agyn-organization with an organization's id or slug.")
                .about(MODEL);
    }

    static ProxyError wrongPath(Operation asked, Target target) {
        return ProxyError.of(
                        Kind.INVALID_REQUEST,
                        "The model \"" + target.modelName() + "\" speaks " + target.protocol() + ": call it at "
                                + Operation.creating(target.protocol()).callerPath() + ", not at "
                                + asked.callerPath() + ".")
                .about(MODEL);
    }
}
