package io.agyn.proxy;

import static io.agyn.proxy.Scene.body;
import static io.agyn.proxy.Scene.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.database.PostgresTestResource;
import io.agyn.proxy.egress.RawHttp2Provider;
import io.agyn.proxy.egress.RawHttp2Provider.Behaviour;
import io.netty.handler.codec.http2.Http2Error;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.http.HttpResponse;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/2 providers that reject single calls, send GOAWAY, or send interim responses. */
@QuarkusTest
@TestProfile(ShortLimits.class)
@WithTestResource(PostgresTestResource.class)
@Timeout(60)
class Http2FaultsTest {
    @RegisterExtension
    static final Scene SCENE = new Scene();

    @Test
    void callsAreSentAgainAfterAGoAwayThatExcludesThem() throws Exception {
        try (RawHttp2Provider provider = provider(exchange -> {
            if (exchange.connection() <= 2 && exchange.number() == 2) {
                exchange.goAway(1);
            } else {
                exchange.respond("{}");
            }
        })) {
            String model = model(provider);
            for (int i = 0; i < 5; i++) {
                assertThat(post(model).statusCode()).isEqualTo(200);
            }
            assertThat(provider.connections()).isGreaterThan(1);
        }
    }

    @Test
    void callsAreSentAgainAfterARefusedStream() throws Exception {
        try (RawHttp2Provider provider = provider(exchange -> {
            if (exchange.number() == 2) {
                exchange.reset(Http2Error.REFUSED_STREAM);
            } else {
                exchange.respond("{}");
            }
        })) {
            String model = model(provider);
            for (int i = 0; i < 4; i++) {
                assertThat(post(model).statusCode()).isEqualTo(200);
            }
        }
    }

    @Test
    void callsAreSentAgainOnlyOnce() throws Exception {
        try (RawHttp2Provider provider = provider(exchange -> exchange.reset(Http2Error.REFUSED_STREAM))) {
            assertThat(post(model(provider)).statusCode()).isEqualTo(502);
            assertThat(provider.exchanges()).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"INTERNAL_ERROR", "CANCEL", "NO_ERROR"})
    void callsThatMayHaveBeenProcessedAreNotSentAgain(String error) throws Exception {
        try (RawHttp2Provider provider = provider(exchange -> exchange.reset(Http2Error.valueOf(error)))) {
            assertThat(post(model(provider)).statusCode()).isEqualTo(502);
            assertThat(provider.exchanges()).hasSize(1);
        }
    }

    @Test
    void callsWithinTheLastStreamOfAGoAwayAreNotSentAgain() throws Exception {
        try (RawHttp2Provider provider = provider(exchange -> {
            exchange.goAway(1);
            exchange.context().executor().schedule(() -> exchange.context().close(), 100, TimeUnit.MILLISECONDS);
        })) {
            assertThat(post(model(provider)).statusCode()).isEqualTo(502);
            assertThat(provider.exchanges()).hasSize(1);
        }
    }

    @Test
    void callsAreNotSentAgainAfterTheHeadOfAResponse() throws Exception {
        try (RawHttp2Provider provider = provider(exchange -> {
            exchange.head("200", false);
            exchange.reset(Http2Error.REFUSED_STREAM);
        })) {
            assertThat(post(model(provider)).statusCode()).isEqualTo(502);
            assertThat(provider.exchanges()).hasSize(1);
        }
    }

    @Test
    void interimResponsesAreSkipped() throws Exception {
        try (RawHttp2Provider provider = provider(exchange -> {
            for (String status : new String[] {"100", "102", "103", "104", "199"}) {
                exchange.head(status, false);
            }
            exchange.respond("{\"a\":1}");
        })) {
            HttpResponse<byte[]> response = post(model(provider));
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(text(response)).isEqualTo("{\"a\":1}");
        }
    }

    @Test
    void endlessInterimResponsesEndTheCall() throws Exception {
        try (RawHttp2Provider provider = provider(exchange -> {
            for (int i = 0; i < 1000; i++) {
                exchange.head("102", false);
            }
        })) {
            assertThat(post(model(provider)).statusCode()).isEqualTo(502);
        }
    }

    @Test
    void errorDuringAnUploadReachesTheCaller() throws Exception {
        String whole = "x".repeat(40_000);
        try (RawHttp2Provider provider = provider(exchange -> {
            exchange.respond("\"" + whole + "\"");
            exchange.reset(Http2Error.NO_ERROR);
        })) {
            HttpResponse<byte[]> response =
                    SCENE.post("/v1/responses", body(model(provider)).replace("Hi", "x".repeat(200_000)));
            assertThat(response.statusCode()).as(text(response)).isEqualTo(200);
            assertThat(text(response)).isEqualTo("\"" + whole + "\"");
        }
    }

    @Test
    void providerWithoutHttp2SettingsTimesOut() throws Exception {
        try (RawHttp2Provider provider = RawHttp2Provider.mute(ShortLimits.trusted())) {
            HttpResponse<byte[]> response = post(model(provider));
            assertThat(response.statusCode()).as(text(response)).isEqualTo(504);
            assertThat(text(response)).contains("did not accept a connection in time");
        }
    }

    private static RawHttp2Provider provider(Behaviour behaviour) throws Exception {
        return RawHttp2Provider.start(ShortLimits.trusted(), behaviour);
    }

    private static String model(RawHttp2Provider provider) {
        return SCENE.responsesModel(provider.origin() + "/v1");
    }

    private static HttpResponse<byte[]> post(String model) {
        return SCENE.post("/v1/responses", body(model));
    }
}
