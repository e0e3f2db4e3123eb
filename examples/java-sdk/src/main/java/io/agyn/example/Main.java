package io.agyn.example;

import io.agyn.sdk.AgynClient;
import io.agyn.sdk.AgynException;

/** Demonstrates the SDK; with the argument {@code list}, prints the resources that the token can access. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        boolean list = arguments.length == 1 && arguments[0].equals("list");
        if (!list && arguments.length > 0) {
            System.err.println("Usage: java -jar target/java-sdk-example.jar [list]");
            System.exit(2);
        }
        try (AgynClient client = AgynClient.fromEnvironment()) {
            if (list) {
                new Inventory(client, System.out).print();
            } else {
                new Walkthrough(client, System.out).run();
            }
        } catch (AgynException | IllegalStateException | IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }
}
