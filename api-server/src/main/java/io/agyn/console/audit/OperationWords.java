package io.agyn.console.audit;

import static java.util.Map.entry;

import io.agyn.access.Permissions;
import io.agyn.api.model.AuditEvent;
import io.agyn.api.model.AuditOutcome;
import io.agyn.console.forms.Option;
import io.agyn.contract.Contract;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Describes operations in words, derived from their ids: a verb and a noun. */
final class OperationWords {
    private static final String IN_ORGANIZATION = "/organizations/{organization_id}/";
    private static final String CALL = "callModel";

    // Operations whose ids do not give good words.
    private static final Map<String, Words> IDIOMS = Map.ofEntries(
            entry("signIn", new Words("sign in", "signed in", "")),
            entry("confirmSignIn", new Words("sign in again", "signed in again", "")),
            entry("signOut", new Words("sign out", "signed out", "")),
            entry("useSession", new Words("use an expired session", "used a session", "")),
            entry("sendForm", new Words("send a forged form", "sent a form", "")),
            entry(
                    "revealLlmProviderCredentials",
                    new Words("reveal the credentials of", "revealed the credentials of", "LLM provider")),
            entry(
                    "revealSecretProviderCredentials",
                    new Words("reveal the credentials of", "revealed the credentials of", "secret provider")),
            entry("listOrganizationApiTokens", new Words("list", "listed", "API tokens of all users")),
            entry("deleteOrganizationApiToken", new Words("delete", "deleted", "API token")),
            entry("updateMe", new Words("change", "changed", "home organization")),
            entry("joinByGroup", new Words("join by group as", "joined by group as", "member")),
            entry("changeByGroup", new Words("change by group the role of", "changed by group the role of", "member")),
            entry("leaveByGroup", new Words("leave by group as", "left by group as", "member")),
            entry("getMe", new Words("read their own user", "read their own user", "")));

    private static final Map<String, String> PASTS = Map.ofEntries(
            entry("accept", "accepted"),
            entry("add", "added"),
            entry("cancel", "cancelled"),
            entry("decline", "declined"),
            entry("leave", "left"),
            entry("resend", "resent"),
            entry("call", "called"),
            entry("check", "checked"),
            entry("create", "created"),
            entry("delete", "deleted"),
            entry("export", "exported"),
            entry("link", "linked"),
            entry("list", "listed"),
            entry("read", "read"),
            entry("remove", "removed"),
            entry("reveal", "revealed"),
            entry("change", "changed"),
            entry("test", "tested"));

    // Words that differ from the contract's.
    private static final Map<String, String> VERBS = Map.of("get", "read", "update", "change");
    private static final Set<String> CREDENTIALS = Set.of("value", "credentials");

    /**
     * An operation in words.
     *
     * @param verb such as "create"
     * @param past such as "created"
     * @param noun such as "secret"; may be empty
     */
    record Words(String verb, String past, String noun) {
        String infinitive() {
            return (verb + " " + noun).strip();
        }
    }

    private OperationWords() {}

    /** The action of an event, or the attempt if it was denied. */
    static String sentence(AuditEvent event) {
        Words words = words(event.getOperation());
        if (event.getOutcome() == AuditOutcome.DENIED) {
            return "tried to " + words.infinitive();
        }
        boolean replaced = words.verb().equals("change")
                && event.getChangedFields().stream().anyMatch(CREDENTIALS::contains);
        return ((replaced ? "replaced" : words.past()) + " " + words.noun()).strip();
    }

    /** The words for an operation or a command of the server. */
    static Words words(String operation) {
        if (IDIOMS.containsKey(operation)) {
            return IDIOMS.get(operation);
        }
        String[] parts = operation.split("(?=[A-Z])", 2);
        String verb = VERBS.getOrDefault(parts[0], parts[0]);
        return parts.length == 2 && PASTS.containsKey(verb)
                ? new Words(verb, PASTS.get(verb), noun(parts[1]))
                : new Words("run", "ran", operation);
    }

    private static String noun(String camelCase) {
        return camelCase
                .replaceAll("(?<!^)(?=[A-Z])", " ")
                .toLowerCase(Locale.ROOT)
                .replaceFirst("^llm ", "LLM ")
                .replaceFirst("^api ", "API ");
    }

    /** The operations within organizations, sorted by noun. */
    static List<Option> inOrganizations(Contract contract) {
        return options(Stream.concat(
                contract.operations().values().stream()
                        .filter(operation -> operation.path().startsWith(IN_ORGANIZATION))
                        .map(Contract.Operation::id),
                Stream.of(CALL, "updateOrganization", "joinByGroup", "changeByGroup", "leaveByGroup")));
    }

    /** All operations, sorted by noun. */
    static List<Option> all() {
        return options(Stream.concat(
                Permissions.operations().stream(),
                Stream.of(
                        CALL,
                        "joinByGroup",
                        "changeByGroup",
                        "leaveByGroup",
                        "signIn",
                        "confirmSignIn",
                        "signOut",
                        "useSession",
                        "sendForm",
                        "linkUser")));
    }

    private static List<Option> options(Stream<String> ids) {
        return ids.distinct()
                .sorted(Comparator.comparing((String id) -> words(id).noun())
                        .thenComparing(id -> words(id).verb()))
                .map(id -> new Option(id, words(id).infinitive()))
                .toList();
    }
}
