package io.agyn.example;

import io.agyn.sdk.AgynClient;
import io.agyn.sdk.model.LlmProvider;
import io.agyn.sdk.model.Model;
import io.agyn.sdk.model.Organization;
import io.agyn.sdk.model.Secret;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/** A table of all resources that the token can access. */
final class Inventory {
    private final AgynClient client;
    private final PrintStream out;
    private final List<Row> rows = new ArrayList<>();

    Inventory(AgynClient client, PrintStream out) {
        this.client = client;
        this.out = out;
    }

    private record Row(String organization, String kind, String name, String details) {}

    void print() {
        for (Organization organization : client.organizations().list()) {
            add(organization);
        }
        if (rows.isEmpty()) {
            out.println("There is nothing yet.");
            return;
        }
        rows.addFirst(new Row("ORGANIZATION", "KIND", "NAME", "DETAILS"));
        String format =
                "%-" + width(Row::organization) + "s  %-" + width(Row::kind) + "s  %-" + width(Row::name) + "s  %s%n";
        rows.forEach(row -> out.printf(format, row.organization(), row.kind(), row.name(), row.details()));
    }

    private void add(Organization organization) {
        UUID id = organization.getId();
        String slug = organization.getSlug();
        rows.add(new Row(slug, "organization", organization.getName(), ""));
        for (Secret secret : client.secrets(id).list()) {
            rows.add(new Row(slug, "secret", secret.getName(), details(secret)));
        }
        Map<UUID, String> providerNames = new HashMap<>();
        for (LlmProvider provider : client.llmProviders(id).list()) {
            providerNames.put(provider.getId(), provider.getName());
            rows.add(new Row(slug, "llm provider", provider.getName(), details(provider)));
        }
        for (Model model : client.models(id).list()) {
            String provider = providerNames.getOrDefault(model.getProviderId(), "no provider");
            rows.add(new Row(slug, "model", model.getName(), details(model, provider)));
        }
    }

    private static String details(Secret secret) {
        return secret.getStorage() + ", version " + secret.getVersion() + ", fingerprint "
                + secret.getFingerprint().substring(0, 8);
    }

    private static String details(LlmProvider provider) {
        return provider.getProtocol() + ", " + provider.getAuthMethod() + ", " + provider.getEndpoint();
    }

    private static String details(Model model, String provider) {
        return model.getRemoteModelName() + " at " + provider + ", " + model.getStatus();
    }

    private int width(Function<Row, String> column) {
        return rows.stream().map(column).mapToInt(String::length).max().orElse(1);
    }
}
