package io.agyn.members;

import io.agyn.access.Credential;
import io.agyn.access.Identity;
import io.agyn.access.Person;
import io.agyn.users.UserEntity;
import java.util.Collection;
import java.util.stream.Collectors;

/** Creates identities from stored users. */
public final class UserIdentity {
    private UserIdentity() {}

    /**
     * Returns the identity of a user's credential.
     *
     * @param memberships the user's memberships
     */
    public static Identity of(UserEntity user, Collection<MemberEntity> memberships, Credential credential) {
        Person person = new Person(
                user.id,
                user.username,
                user.name,
                user.role,
                memberships.stream().collect(Collectors.toMap(member -> member.organizationId, member -> member.role)));
        return new Identity(person, credential, credential.organization().or(() -> Homes.of(user, memberships)));
    }
}
