package io.agyn.keys;

import io.agyn.settings.Settings;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Gives the server's keyset to whoever injects it. */
final class KeysetProducer {

    @Produces
    @Singleton
    Keyset keyset(Settings settings) {
        return Keyset.load(Keyset.file(settings));
    }
}
