package io.agyn.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agyn.sdk.model.Secret;
import io.agyn.sdk.model.SecretStorage;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ListingTest extends ClientTest {
    private final UUID organization = UUID.randomUUID();
    private final Listing<Secret> secrets = client.secrets(organization).list();

    @Test
    void iteratesOverAllPagesInOrder() {
        server.respond(200, "{\"items\": [{\"name\": \"a\"}, {\"name\": \"b\"}], \"next_page_token\": \"p/2+=\"}")
                .respond(200, "{\"items\": [{\"name\": \"c\"}], \"next_page_token\": null}");

        assertThat(secrets.withPageSize(2)).extracting(Secret::getName).containsExactly("a", "b", "c");

        String path = "/api/v1/organizations/" + organization + "/secrets";
        assertThat(server.requests())
                .extracting(ScriptedServer.Request::uri)
                .containsExactly(path + "?page_size=2", path + "?page_size=2&page_token=p%2F2%2B%3D");
    }

    @Test
    void readsFieldsAndValuesOfANewerServer() {
        server.respond(
                200,
                "{\"items\": [{\"name\": \"a\", \"storage\": \"replicated\", \"tags\": [\"new\"]}], \"next_page_token\": null, \"total\": 1}");

        assertThat(secrets.stream().toList()).singleElement().satisfies(secret -> {
            assertThat(secret.getName()).isEqualTo("a");
            assertThat(secret.getStorage()).isEqualTo(SecretStorage.UNKNOWN);
        });
    }

    @Test
    void fetchesOnlyThePagesItNeeds() {
        server.respond(200, "{\"items\": [{\"name\": \"a\"}], \"next_page_token\": \"2\"}");

        assertThat(secrets.stream().map(Secret::getName).findFirst()).contains("a");

        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void fetchesLazilyAndAgainOnEachIteration() {
        assertThat(server.requests()).isEmpty();
        server.respond(200, "{\"items\": []}").respond(200, "{\"items\": [{\"name\": \"a\"}]}");

        assertThat(secrets.stream()).isEmpty();
        assertThat(secrets.stream()).hasSize(1);
    }

    @Test
    void continuesAfterAnEmptyPage() {
        server.respond(200, "{\"items\": [], \"next_page_token\": \"2\"}")
                .respond(200, "{\"items\": [{\"name\": \"a\"}], \"next_page_token\": null}");

        assertThat(secrets).hasSize(1);
    }

    @Test
    void throwsNoSuchElementAtTheEnd() {
        server.respond(200, "{\"items\": [], \"next_page_token\": null}");
        Iterator<Secret> iterator = secrets.iterator();

        assertThatThrownBy(iterator::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void throwsIfAPageCannotBeFetched() {
        server.respond(200, "{\"items\": [{\"name\": \"a\"}], \"next_page_token\": \"2\"}")
                .problem(404, "not_found");
        Iterator<Secret> iterator = secrets.iterator();

        assertThat(iterator.next().getName()).isEqualTo("a");
        assertThatThrownBy(iterator::hasNext).isInstanceOf(NotFoundException.class);
    }

    @Test
    void looksUpByExactName() {
        server.respond(200, "{\"items\": [{\"name\": \"a b\"}]}").respond(200, "{\"items\": []}");

        assertThat(client.secrets(organization).find("a b")).isPresent();
        assertThat(client.secrets(organization).find("c")).isEmpty();

        assertThat(server.requests().getFirst().uri()).endsWith("&name=a%20b");
    }

    @Test
    void rejectsPageSizesOutOfRange() {
        assertThatThrownBy(() -> secrets.withPageSize(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> secrets.withPageSize(1_001)).isInstanceOf(IllegalArgumentException.class);
    }
}
