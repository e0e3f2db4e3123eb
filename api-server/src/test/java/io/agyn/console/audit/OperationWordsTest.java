package io.agyn.console.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.access.Permissions;
import io.agyn.api.model.AuditEvent;
import io.agyn.api.model.AuditOutcome;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OperationWordsTest {
    @ParameterizedTest
    @CsvSource({
        "createSecret, created secret, tried to create secret",
        "updateLlmProvider, changed LLM provider, tried to change LLM provider",
        "deleteApiToken, deleted API token, tried to delete API token",
        "revealLlmProviderCredentials, revealed the credentials of LLM provider, tried to reveal the credentials of LLM provider",
        "createSecretProvider, created secret provider, tried to create secret provider",
        "revealSecretProviderCredentials, revealed the credentials of secret provider, tried to reveal the credentials of secret provider",
        "checkSecret, checked secret, tried to check secret",
        "listClusterAuditEvents, listed cluster audit events, tried to list cluster audit events",
        "getUsage, read usage, tried to read usage",
        "callModel, called model, tried to call model",
        "signIn, signed in, tried to sign in",
        "joinByGroup, joined by group as member, tried to join by group as member",
        "acceptInvitation, accepted invitation, tried to accept invitation",
        "useSession, used a session, tried to use an expired session",
        "sendForm, sent a form, tried to send a forged form",
        "keyset rewrap, ran keyset rewrap, tried to run keyset rewrap",
    })
    void operationsHaveWords(String operation, String done, String denied) {
        assertThat(OperationWords.sentence(event(operation, AuditOutcome.DONE))).isEqualTo(done);
        assertThat(OperationWords.sentence(event(operation, AuditOutcome.DENIED)))
                .isEqualTo(denied);
    }

    @Test
    void changedCredentialsAreCalledReplaced() {
        assertThat(OperationWords.sentence(
                        event("updateSecret", AuditOutcome.DONE).changedFields(List.of("description", "value"))))
                .isEqualTo("replaced secret");
    }

    @Test
    void everyOperationOfTheContractHasWords() {
        for (String operation : Permissions.operations()) {
            assertThat(OperationWords.words(operation).infinitive()).doesNotContain(operation);
        }
    }

    @Test
    void deniedRequestsAreCalledDenied() {
        UUID organization = UUID.randomUUID();
        Entry.Resource resource = new Entry.Resource("Acme", "/organizations/acme");
        AuditEvent event = event("createModel", AuditOutcome.DENIED)
                .organizationId(organization)
                .resourceId(organization);
        assertThat(new Entry(event, "", resource).within()).isTrue();
        assertThat(new Entry(event.operation("deleteOrganization"), "", resource).within())
                .isFalse();
        assertThat(new Entry(
                                event("getModel", AuditOutcome.DENIED)
                                        .organizationId(organization)
                                        .resourceId(UUID.randomUUID()),
                                "",
                                resource)
                        .within())
                .isFalse();
    }

    private static AuditEvent event(String operation, AuditOutcome outcome) {
        return new AuditEvent().operation(operation).outcome(outcome).changedFields(List.of());
    }
}
