package io.agyn.health;

import static io.restassured.RestAssured.get;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import io.agyn.database.PostgresTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(30)
class LivenessTest {
    private static final String NAME = "thread-of-a-test";

    @AfterEach
    void forget() {
        BackgroundThread.reset(NAME);
    }

    @Test
    void serverIsAliveWhileItsThreadsAre() throws InterruptedException {
        run(() -> {});
        get("/q/health/live").then().statusCode(200);
    }

    @Test
    void deadBackgroundThreadFailsLiveness() throws InterruptedException {
        run(() -> {
            throw new StackOverflowError("of a test");
        });
        get("/q/health/live").then().statusCode(503).body("checks.data.failed_threads", hasItem(equalTo(NAME)));
    }

    private static void run(Runnable body) throws InterruptedException {
        Thread thread = BackgroundThread.unstarted(NAME, body);
        thread.start();
        thread.join();
    }
}
