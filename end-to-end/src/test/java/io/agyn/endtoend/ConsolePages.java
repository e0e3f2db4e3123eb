package io.agyn.endtoend;

import static io.agyn.endtoend.SampleOrganization.Role.ADMINISTRATOR;
import static io.agyn.endtoend.SampleOrganization.Role.MEMBER;
import static io.agyn.endtoend.SampleOrganization.Role.OWNER;

import io.agyn.endtoend.SampleOrganization.Role;
import java.util.List;

/** All pages of the Console that have a URL. A test fails if one of them links to a page that is not in this list. */
final class ConsolePages {

    /**
     * A page to visit.
     *
     * @param name the prefix of its screenshots
     * @param lowest the lowest role that may see it
     * @param names whether it shows names from the sample
     */
    record Listed(String name, String path, Role lowest, boolean names) {}

    private ConsolePages() {}

    /** The pages for a person of a role; the token pages are that person's. */
    static List<Listed> of(SampleOrganization sample, Role role) {
        String root = sample.root();
        String provider = root + "/llm-providers/" + sample.provider();
        String gateway = root + "/llm-providers/" + sample.gateway();
        String model = root + "/models/" + sample.model();
        String orphan = root + "/models/" + sample.orphan();
        String secret = root + "/secrets/" + sample.secret();
        String remote = root + "/secrets/" + sample.remote();
        String secretProvider = root + "/secret-providers/" + sample.secretProvider();
        String member = root + "/members/" + sample.person(MEMBER).id();
        String invitation = root + "/invitations/" + sample.invitation();
        String mapping = root + "/group-mappings/" + sample.mapping();
        String user = "/users/" + sample.person(MEMBER).id();
        String ofUser = "?user=" + sample.person(MEMBER).id();
        String token = "/tokens/" + sample.person(role).bound();
        return List.of(
                naming("organizations", "/organizations", MEMBER),
                plain("organization-new", "/organizations/new", MEMBER),
                naming("organization", root, MEMBER),
                naming("organization-delete", root + "/delete", OWNER),
                naming("llm-providers", root + "/llm-providers", MEMBER),
                plain("llm-provider-new", root + "/llm-providers/new", OWNER),
                naming("llm-provider", provider, MEMBER),
                naming("llm-provider-edit", provider + "/edit", OWNER),
                naming("llm-provider-delete", provider + "/delete", OWNER),
                naming("llm-provider-headers", gateway, MEMBER),
                naming("llm-provider-headers-edit", gateway + "/edit", OWNER),
                naming("llm-provider-headers-delete", gateway + "/delete", OWNER),
                naming("models", root + "/models", MEMBER),
                naming("model-new", root + "/models/new", OWNER),
                naming("model", model, MEMBER),
                naming("model-edit", model + "/edit", OWNER),
                naming("model-delete", model + "/delete", OWNER),
                naming("model-orphaned", orphan, MEMBER),
                naming("model-orphaned-edit", orphan + "/edit", OWNER),
                naming("secrets", root + "/secrets", MEMBER),
                naming("secret-new", root + "/secrets/new", OWNER),
                naming("secret", secret, MEMBER),
                naming("secret-delete-rejected", secret + "/delete", OWNER),
                naming("secret-remote", remote, MEMBER),
                naming("secret-remote-delete", remote + "/delete", OWNER),
                naming("secret-providers", root + "/secret-providers", MEMBER),
                plain("secret-provider-new", root + "/secret-providers/new", OWNER),
                naming("secret-provider", secretProvider, MEMBER),
                naming("secret-provider-edit", secretProvider + "/edit", OWNER),
                naming("secret-provider-credential", secretProvider + "/credential", OWNER),
                naming("secret-provider-delete-rejected", secretProvider + "/delete", OWNER),
                naming("members", root + "/members", MEMBER),
                plain("member-new", root + "/members/new", ADMINISTRATOR),
                plain("invitations", root + "/invitations", OWNER),
                plain("invitation-new", root + "/invitations/new", OWNER),
                plain("invitation-cancel", invitation + "/cancel", OWNER),
                naming("groups", root + "/group-mappings", OWNER),
                plain("group-new", root + "/group-mappings/new", ADMINISTRATOR),
                naming("group", mapping, OWNER),
                naming("group-delete", mapping + "/delete", OWNER),
                plain("received-invitations", "/invitations", MEMBER),
                naming("member", member, MEMBER),
                naming("member-remove", member + "/remove", OWNER),
                naming("tokens", root + "/tokens", MEMBER),
                naming("tokens-of-user", root + "/tokens" + ofUser, ADMINISTRATOR),
                naming("token-new", root + "/tokens/new", MEMBER),
                naming("token", root + token, MEMBER),
                naming("token-edit", root + token + "/edit", MEMBER),
                naming("all-tokens", root + "/all-tokens", OWNER),
                naming(
                        "all-tokens-revoke",
                        root + "/all-tokens/" + sample.person(role).bound() + "/revoke",
                        OWNER),
                naming("token-revoke", root + token + "/revoke", MEMBER),
                naming("usage-of-one-call", root + "/usage?group_by=model", MEMBER),
                naming("audit-of-few", root + "/audit", OWNER),
                naming("own-tokens", "/tokens", MEMBER),
                naming("own-tokens-of-user", "/tokens" + ofUser, ADMINISTRATOR),
                naming("own-token-new", "/tokens/new", MEMBER),
                naming("own-token-new-of-user", "/tokens/new" + ofUser, ADMINISTRATOR),
                naming("own-token", token, MEMBER),
                naming("own-token-edit", token + "/edit", MEMBER),
                naming("own-token-revoke", token + "/revoke", MEMBER),
                naming("account", "/account", MEMBER),
                naming("users", "/users", ADMINISTRATOR),
                plain("user-new", "/users/new", ADMINISTRATOR),
                naming("user", user, ADMINISTRATOR),
                naming("user-delete", user + "/delete", ADMINISTRATOR),
                naming("audit-of-cluster", "/audit", ADMINISTRATOR));
    }

    private static Listed naming(String name, String path, Role lowest) {
        return new Listed(name, path, lowest, true);
    }

    private static Listed plain(String name, String path, Role lowest) {
        return new Listed(name, path, lowest, false);
    }
}
