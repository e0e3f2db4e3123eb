package io.agyn.sdk;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;

/** Provides a client and a scripted server. */
abstract class ClientTest {
    static final String TOKEN = "agyn_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGH";
    static final String ORGANIZATION = """
            {"id": "0198f2f0-7a3b-7c1d-9e2f-3a4b5c6d7e8f", "name": "Acme", "slug": "acme",
             "created_at": "2026-01-31T12:00:00.123456Z", "updated_at": "2026-01-31T12:00:00.123456Z"}""";

    final ScriptedServer server = new ScriptedServer();
    final AgynClient client = client().build();

    AgynClient.Builder client() {
        return AgynClient.builder()
                .gateway(server.uri())
                .token(TOKEN)
                .connectTimeout(Duration.ofSeconds(5))
                .requestTimeout(Duration.ofSeconds(20))
                .maxRetries(2);
    }

    @AfterEach
    void close() {
        server.close();
        client.close();
    }
}
