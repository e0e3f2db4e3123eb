package io.agyn.endtoend;

import static io.agyn.endtoend.Estate.Role.ADMINISTRATOR;
import static io.agyn.endtoend.Estate.Role.MEMBER;
import static io.agyn.endtoend.Estate.Role.OWNER;

import io.agyn.endtoend.Estate.Role;
import java.util.List;

/** Every page of the Console that has an address, in one place: what is not listed here is looked at by no test. */
final class ConsolePages {

    /**
     * A page.
     *
     * @param name what its screenshots are called
     * @param lowest who may see it, and whoever may do more
     * @param names whether it names things of the estate
     */
    record Listed(String name, String path, Role lowest, boolean names) {}

    private ConsolePages() {}

    /** The pages as somebody asks for them, whose tokens are those of their own. */
    static List<Listed> of(Estate estate, Role role) {
        String root = estate.root();
        String provider = root + "/llm-providers/" + estate.provider();
        String gateway = root + "/llm-providers/" + estate.gateway();
        String model = root + "/models/" + estate.model();
        String orphan = root + "/models/" + estate.orphan();
        String secret = root + "/secrets/" + estate.secret();
        String member = root + "/members/" + estate.person(MEMBER).id();
        String user = "/users/" + estate.person(MEMBER).id();
        String ofUser = "?user=" + estate.person(MEMBER).id();
        String token = "/tokens/" + estate.person(role).bound();
        return List.of(
                naming("organizations", "/organizations", MEMBER),
                plain("organization-new", "/organizations/new", ADMINISTRATOR),
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
                plain("secret-new", root + "/secrets/new", OWNER),
                naming("secret", secret, MEMBER),
                naming("secret-delete-refused", secret + "/delete", OWNER),
                naming("members", root + "/members", MEMBER),
                plain("member-new", root + "/members/new", OWNER),
                naming("member", member, MEMBER),
                naming("member-remove", member + "/remove", OWNER),
                naming("tokens", root + "/tokens", MEMBER),
                naming("tokens-of-user", root + "/tokens" + ofUser, ADMINISTRATOR),
                naming("token-new", root + "/tokens/new", MEMBER),
                naming("token", root + token, MEMBER),
                naming("token-revoke", root + token + "/revoke", MEMBER),
                naming("usage-of-one-call", root + "/usage?group_by=model", MEMBER),
                naming("audit-of-few", root + "/audit", OWNER),
                naming("own-tokens", "/tokens", MEMBER),
                naming("own-tokens-of-user", "/tokens" + ofUser, ADMINISTRATOR),
                naming("own-token-new", "/tokens/new", MEMBER),
                naming("own-token-new-of-user", "/tokens/new" + ofUser, ADMINISTRATOR),
                naming("own-token", token, MEMBER),
                naming("own-token-revoke", token + "/revoke", MEMBER),
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
