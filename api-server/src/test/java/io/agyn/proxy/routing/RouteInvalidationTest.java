package io.agyn.proxy.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agyn.access.Credential;
import io.agyn.access.Identity;
import io.agyn.access.Person;
import io.agyn.api.model.MemberRole;
import io.agyn.api.model.Protocol;
import io.agyn.api.model.Role;
import io.agyn.changes.RowChange;
import io.agyn.changes.RowChange.Operation;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which changes of the database affect cached routes; {@link RoutesTest} checks the routes themselves. */
@Timeout(20)
class RouteInvalidationTest {
    private static final UUID ORGANIZATION = UUID.randomUUID();
    private static final UUID OTHER = UUID.randomUUID();
    private static final UUID MODEL = UUID.randomUUID();
    private static final UUID PROVIDER = UUID.randomUUID();
    private static final UUID SECRET = UUID.randomUUID();
    private static final Route FOUND = new Route.Found(
            new Target(
                    ORGANIZATION,
                    MODEL,
                    "fast",
                    PROVIDER,
                    "openai",
                    Protocol.RESPONSES,
                    Endpoint.of("https://api.openai.com/v1"),
                    List.of(Map.entry("authorization", "Bearer sk-value")),
                    new byte[0]),
            Optional.of(SECRET));

    private final AtomicBoolean isDown = new AtomicBoolean();
    private Route stored = FOUND;
    private final Routes routes = new Routes(this::lookUp, new LookupExecutor(2, Duration.ofMinutes(1)));

    @Test
    void unchangedRouteIsLookedUpOnce() {
        assertThat(find()).isEqualTo(FOUND);
        assertThat(find()).isEqualTo(FOUND);
        assertThat(routes.lookupCount()).isEqualTo(1);
        assertThat(routes.size()).isEqualTo(1);
    }

    @Test
    void changedRowsOfARouteAreReadAgain() {
        for (RowChange change : List.of(
                change("secret", Operation.UPDATE, SECRET),
                change("llm_provider", Operation.UPDATE, PROVIDER),
                change("model", Operation.UPDATE, MODEL),
                change("organization", Operation.UPDATE, ORGANIZATION),
                change("model", Operation.INSERT, UUID.randomUUID()))) {
            assertThat(isReadAgainAfter(change)).as(change.toString()).isTrue();
        }
    }

    @Test
    void unrelatedRowsChangeNoRoute() {
        for (RowChange change : List.of(
                change("secret", Operation.UPDATE, UUID.randomUUID()),
                change("secret", Operation.INSERT, UUID.randomUUID()),
                change("llm_provider", Operation.DELETE, UUID.randomUUID()),
                change("membership", Operation.UPDATE, MODEL),
                new RowChange("model", Operation.UPDATE, UUID.randomUUID(), Optional.of(OTHER)))) {
            assertThat(isReadAgainAfter(change)).as(change.toString()).isFalse();
        }
    }

    @Test
    void changedRouteStaysInUseWhileTheDatabaseIsDown() {
        find();
        isDown.set(true);
        routes.onChanges(List.of(change("llm_provider", Operation.UPDATE, PROVIDER)));
        assertThat(find()).isEqualTo(FOUND);
    }

    @Test
    void silentChangeFeedKeepsRoutesWhileTheDatabaseIsDown() {
        find();
        isDown.set(true);
        routes.onSilence();
        assertThat(find()).isEqualTo(FOUND);
        isDown.set(false);
        assertThat(routes.lookupCount()).as("it was looked up again").isEqualTo(2);
    }

    @Test
    void routeToADeletedRowIsNeverUsedAgain() {
        for (RowChange change : List.of(
                change("secret", Operation.DELETE, SECRET),
                change("llm_provider", Operation.DELETE, PROVIDER),
                change("model", Operation.DELETE, MODEL),
                change("organization", Operation.DELETE, ORGANIZATION))) {
            isDown.set(false);
            find();
            isDown.set(true);
            routes.onChanges(List.of(change));
            assertUnavailable(change.toString());
        }
    }

    @Test
    void missedChangesRemoveAllRoutes() {
        find();
        isDown.set(true);
        routes.onGap();
        assertUnavailable("gap");
    }

    @Test
    void restoredModelIsFoundAtOnce() {
        for (Route missing : List.of(
                new Route.UnknownModel(),
                new Route.Orphaned(ORGANIZATION, MODEL, "fast"),
                new Route.NoHome(List.of("a/fast")))) {
            stored = missing;
            assertThat(find()).isEqualTo(missing);
            stored = FOUND;
            routes.onChanges(List.of(change("model", Operation.INSERT, UUID.randomUUID())));
            assertThat(find()).isEqualTo(FOUND);
            routes.onGap();
        }
    }

    @Test
    void repairedCredentialIsUsedAtOnce() {
        stored = new Route.Unreadable(ORGANIZATION, MODEL, "fast");
        find();
        stored = FOUND;
        routes.onChanges(List.of(new RowChange("secret", Operation.UPDATE, SECRET, Optional.of(OTHER))));
        assertThat(find()).isInstanceOf(Route.Unreadable.class);
        routes.onChanges(List.of(change("secret", Operation.UPDATE, SECRET)));
        assertThat(find()).isEqualTo(FOUND);
    }

    @Test
    void impossibleNamesAreNotLookedUp() {
        String longest = "é".repeat(320);
        assertThat(find(Optional.empty(), longest)).isEqualTo(FOUND);
        assertThat(find(Optional.empty(), longest + "é")).isEqualTo(new Route.UnknownModel());
        assertThat(find(Optional.empty(), "\0")).isEqualTo(new Route.UnknownModel());
        assertThat(find(Optional.of("acme\0"), "fast")).isEqualTo(new Route.UnknownOrganization());
        assertThat(find(Optional.of("acme"), "fast")).isEqualTo(FOUND);
        assertThat(routes.lookupCount()).isEqualTo(2);
    }

    @Test
    void routeOfOneModelHasAnOrganization() {
        assertThat(FOUND.organization()).contains(ORGANIZATION);
        assertThat(new Route.Unsendable(ORGANIZATION, MODEL, "fast", "openai").organization())
                .contains(ORGANIZATION);
        assertThat(new Route.UnknownModel().organization()).isEmpty();
        assertThat(new Route.UnknownOrganization().organization()).isEmpty();
        assertThat(new Route.NoHome(List.of()).organization()).isEmpty();
    }

    @Test
    void targetIsLoggedWithoutCredentials() {
        assertThat(FOUND.toString())
                .contains("model fast at LLM provider openai")
                .doesNotContain("sk-value");
    }

    @Test
    void callersOfOneScopeShareARoute() {
        find();
        find();
        routes.find(identity(Map.of(ORGANIZATION, MemberRole.OWNER)), Optional.empty(), "fast")
                .join();
        assertThat(routes.lookupCount()).isEqualTo(1);
        routes.find(identity(Map.of(OTHER, MemberRole.OWNER)), Optional.empty(), "fast")
                .join();
        assertThat(routes.lookupCount()).isEqualTo(2);
    }

    @Test
    void tokensAreDistinguishedByAllBytesOfTheirHash() {
        TokenHash hash = new TokenHash(new byte[] {1, -2, 3, -4, 5});
        assertThat(hash)
                .isEqualTo(new TokenHash(new byte[] {1, -2, 3, -4, 5}))
                .isNotEqualTo(new TokenHash(new byte[] {1, -2, 3, -4, 6}))
                .isNotEqualTo("hash")
                .hasSameHashCodeAs(0x01fe03fc);
    }

    private Route lookUp(RouteKey key) throws SQLException {
        if (isDown.get()) {
            throw new SQLException("connection refused", "08001");
        }
        return stored;
    }

    private boolean isReadAgainAfter(RowChange change) {
        routes.onGap();
        find();
        long before = routes.lookupCount();
        routes.onChanges(List.of(change));
        find();
        return routes.lookupCount() > before;
    }

    private void assertUnavailable(String description) {
        assertThatThrownBy(this::find).as(description).hasRootCauseMessage("connection refused");
    }

    private Route find() {
        return find(Optional.empty(), "fast");
    }

    private Route find(Optional<String> organization, String model) {
        return routes.find(identity(Map.of(ORGANIZATION, MemberRole.MEMBER)), organization, model)
                .join();
    }

    private static Identity identity(Map<UUID, MemberRole> memberships) {
        return new Identity(
                new Person(UUID.randomUUID(), "ada", "Ada", Role.USER, memberships),
                Credential.apiToken(UUID.randomUUID(), Optional.empty(), Optional.empty(), Optional.empty()),
                Optional.empty());
    }

    private static RowChange change(String table, Operation operation, UUID row) {
        return new RowChange(table, operation, row, Optional.of(ORGANIZATION));
    }
}
