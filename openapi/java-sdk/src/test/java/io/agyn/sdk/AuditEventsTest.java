package io.agyn.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.sdk.model.AuditEvent;
import io.agyn.sdk.model.AuditOutcome;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class AuditEventsTest extends ClientTest {
    private final UUID organization = UUID.randomUUID();
    private final String path = "/api/v1/organizations/" + organization;

    @Test
    void listsSelectedEvents() {
        UUID user = UUID.randomUUID();
        UUID secret = UUID.randomUUID();
        server.respond(200, "{\"items\": [{\"operation\": \"a\"}], \"next_page_token\": \"2\"}")
                .respond(200, "{\"items\": [{\"operation\": \"b\"}], \"next_page_token\": null}");

        assertThat(client.auditEvents(organization)
                        .list(AuditSelection.all()
                                .operation("revealSecret")
                                .outcome(AuditOutcome.DENIED)
                                .user(user)
                                .resource(secret)))
                .extracting(AuditEvent::getOperation)
                .containsExactly("a", "b");
        assertThat(server.requests().getLast().uri())
                .startsWith(path + "/audit-events?")
                .contains(
                        "page_token=2",
                        "operation=revealSecret",
                        "outcome=denied",
                        "user_id=" + user,
                        "resource_id=" + secret);
    }

    @Test
    void listsEventsOutsideAndInDeletedOrganizations() {
        server.respond(200, "{\"items\": [{\"operation\": \"a\"}], \"next_page_token\": null}")
                .respond(200, "{\"items\": [{\"operation\": \"b\"}], \"next_page_token\": null}");

        assertThat(client.clusterAuditEvents().list(AuditSelection.all()))
                .extracting(AuditEvent::getOperation)
                .containsExactly("a");
        assertThat(client.clusterAuditEvents().listOf(organization, AuditSelection.all()))
                .extracting(AuditEvent::getOperation)
                .containsExactly("b");

        assertThat(server.requests().getFirst().uri())
                .startsWith("/api/v1/audit-events")
                .doesNotContain("organization_id");
        assertThat(server.requests().getLast().uri()).contains("organization_id=" + organization);
    }

    @Test
    void revealsCredentials() {
        UUID id = UUID.randomUUID();
        server.respond(200, "{\"value\": \"sk-1\"}")
                .respond(200, "{\"token\": null, \"custom_headers\": {\"X-Key\": \"sk-2\"}}");

        assertThat(client.secrets(organization).reveal(id)).isEqualTo("sk-1");
        assertThat(client.llmProviders(organization).revealCredentials(id).getCustomHeaders())
                .isEqualTo(Map.of("X-Key", "sk-2"));
        assertThat(server.requests())
                .extracting(request -> request.method() + " " + request.uri())
                .containsExactly(
                        "POST " + path + "/secrets/" + id + "/reveal",
                        "POST " + path + "/llm-providers/" + id + "/reveal-credentials");
    }
}
