package io.agyn.listener;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;

import io.agyn.database.PostgresTestResource;
import io.agyn.testing.Api;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Metrics and health on a separate port. */
@QuarkusTest
@TestProfile(ManagementListenerTest.OwnPort.class)
@WithTestResource(PostgresTestResource.class)
@Timeout(60)
class ManagementListenerTest {
    /** A server with a management port. */
    public static final class OwnPort implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                return Map.of("agyn.http.management-port", Integer.toString(free.getLocalPort()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @ConfigProperty(name = "agyn.http.management-port")
    int port;

    @Test
    void portOfCallersServesNeitherMetricsNorHealth() {
        for (String path : new String[] {"/q/metrics", "/q/health/ready", "/q", "//q/metrics", "/x/../q/metrics"}) {
            given().urlEncodingEnabled(false).get(path).then().statusCode(404);
        }
        Api.asAdmin().get("/me").then().statusCode(200);
    }

    @Test
    void managementPortServesThemAlone() {
        given().port(port).get("/q/metrics").then().statusCode(200).body(containsString("jvm_threads"));
        given().port(port).get("/q/health/live").then().statusCode(200);
        given().port(port).get("/q/health/ready").then().statusCode(200);
        for (String path : new String[] {"/api/v1/me", "/v1/models", "/sign-in", "/docs/", "/openapi"}) {
            given().port(port).get(path).then().statusCode(404);
        }
    }
}
