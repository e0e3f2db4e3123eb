package io.agyn.keycloak;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Runs a Keycloak with a realm until the process ends: {@code Main <home> <log>}. It prints variables for a shell: {@code ISSUER},
 * {@code CLIENT_SECRET} and {@code PASSWORD}. The users are {@code ada}, a member of {@code agyn-admins}, and {@code grace}.
 */
public final class Main {
    private Main() {}

    /** Runs until SIGTERM. */
    public static void main(String... arguments) throws IOException, InterruptedException {
        Keycloak keycloak = Keycloak.start(Path.of(arguments[0]), Path.of(arguments[1]));
        Runtime.getRuntime().addShutdownHook(new Thread(keycloak::kill));
        KeycloakRealm realm = KeycloakRealm.create(keycloak, "acme");
        realm.createUser("ada", true, "agyn-admins");
        realm.createUser("grace", true, "payments");
        System.out.printf(
                "ISSUER=%s%nCLIENT_SECRET=%s%nPASSWORD=%s%n", realm.issuer(), realm.secret(), realm.password());
        Thread.currentThread().join();
    }
}
