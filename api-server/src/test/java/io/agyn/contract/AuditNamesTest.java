package io.agyn.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class AuditNamesTest {
    private static final Contract CONTRACT = contract();

    @Test
    void credentialsHaveTheNamesOfWrittenFields() {
        assertThat(CONTRACT.auditNames("Secret")).containsEntry("/fingerprint", "value");
    }

    @Test
    void fieldIsHiddenOnlyWhereItIsDerived() {
        assertThat(CONTRACT.auditNames("Secret")).doesNotContainKeys("/organization_id", "/version");
        assertThat(CONTRACT.auditNames("ApiToken")).containsEntry("/organization_id", "organization_id");
        assertThat(CONTRACT.auditNames("Model")).doesNotContainKey("/status");
    }

    @ParameterizedTest
    @MethodSource("resources")
    void exactlyTheReadOnlyFieldsAreDerived(String resource) {
        Set<String> derived = new TreeSet<>(properties(resource));
        derived.removeAll(properties(resource + "Create"));
        derived.removeAll(properties(resource + "Update"));
        CONTRACT.schema(resource).path("x-agyn-audit-names").fieldNames().forEachRemaining(derived::remove);
        Set<String> marked = new TreeSet<>();
        CONTRACT.schema(resource).path("x-agyn-derived").forEach(name -> marked.add(name.asText()));

        assertThat(marked).isEqualTo(derived);
    }

    static List<String> resources() {
        List<String> schemas = CONTRACT.operations().values().stream()
                .map(Contract.Operation::id)
                .filter(id -> id.startsWith("create") || id.startsWith("add"))
                .map(id -> id.replaceFirst("create|add", ""))
                .toList();
        assertThat(schemas).contains("Secret", "Member", "ApiToken");
        return schemas;
    }

    private static Set<String> properties(String schema) {
        Set<String> names = new HashSet<>();
        CONTRACT.schema(schema).path("properties").fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static Contract contract() {
        Contract contract = new Contract();
        contract.parseInBackground();
        return contract;
    }
}
