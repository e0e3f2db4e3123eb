package io.agyn.scripted;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A provider for each test, and a client of it. */
abstract class ProviderScene {

    ScriptedProvider provider;
    Client client;

    @BeforeEach
    void start() {
        provider = ScriptedProvider.start();
        client = new Client(provider);
    }

    @AfterEach
    void stop() {
        provider.close();
    }
}
