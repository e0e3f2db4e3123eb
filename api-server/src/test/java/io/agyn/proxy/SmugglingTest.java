package io.agyn.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.database.PostgresTestResource;
import io.agyn.scripted.ReceivedCall;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests that servers and proxies read differently: a provider receives the call as it was read here, or nothing. The
 * second request that an attacker hides in the first is recognized by its {@code x-smuggled}.
 */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
class SmugglingTest {
    @RegisterExtension
    static final Scene SCENE = new Scene();

    private String body;
    private String hidden;

    @BeforeEach
    void aRequestToHide() {
        body = Scene.body(SCENE.responses());
        hidden = "POST /v1/responses HTTP/1.1\r\nHost: x\r\nX-Smuggled: 1\r\nContent-Length: 3\r\n\r\n{}\n";
    }

    @Test
    void lengthWithChunksIsIgnored() throws Exception {
        String chunked = chunk(body) + "0\r\n\r\n";
        // CL.TE: to a reader of the length, the body ends within the chunks. TE.CL: the reverse.
        for (int length : new int[] {0, 4, chunked.length(), chunked.length() + hidden.length()}) {
            assertAtMostOneCall(head("Content-Length: " + length, "Transfer-Encoding: chunked") + chunked + hidden);
            assertAtMostOneCall(head("Transfer-Encoding: chunked", "Content-Length: " + length) + chunked + hidden);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Transfer-Encoding: xchunked",
                "Transfer-Encoding: gzip, chunked",
                "Transfer-Encoding: chunked, identity",
                "Transfer-Encoding: identity",
                "Transfer-Encoding: \u000bchunked",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
                "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding : chunked",
                "Transfer-Encoding:\r\n chunked",
                " Transfer-Encoding: chunked",
                "X: y\rTransfer-Encoding: chunked",
                "X: y\nTransfer-Encoding: chunked",
                "Transfer_Encoding: chunked",
                "Transfer-Encoding\0: chunked",
            })
    void disguisedTransferEncodingDoesNotSmuggle(String line) throws Exception {
        String chunked = chunk(body) + "0\r\n\r\n";
        assertAtMostOneCall(head(line, "Content-Length: " + chunked.length()) + chunked + hidden);
        assertAtMostOneCall(head(line, "Content-Length: " + body.length()) + body + hidden);
        assertAtMostOneCall(head(line) + chunked + hidden);
    }

    @Test
    void differentContentLengthsAreRejected() throws Exception {
        for (List<String> lengths : List.of(
                List.of("Content-Length: " + body.length(), "Content-Length: " + (body.length() + hidden.length())),
                List.of("Content-Length: 0", "Content-Length: " + body.length()),
                List.of("Content-Length: " + body.length() + ", 0"))) {
            assertNoCall(head(lengths.toArray(String[]::new)) + body + hidden);
        }
    }

    @Test
    void repeatedEqualLengthIsMergedOrRejected() throws Exception {
        String length = "Content-Length: " + body.length();
        assertAtMostOneCall(head(length, length) + body + hidden);
        assertAtMostOneCall(head(length + ", " + body.length()) + body + hidden);
        for (ReceivedCall call : SCENE.provider().received()) {
            assertThat(call.values("content-length")).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "+56", "0x38", "1e2", "56 0", "", "99999999999999999999", "5_6", "٥"})
    void contentLengthThatIsNoNumberIsRejected(String length) throws Exception {
        assertNoCall(head("Content-Length: " + length) + body + hidden);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-A: b\r\n folded: 1",
                "X-A: b\r\n\tX-Smuggled: 1",
                "X-A: b\rX-Smuggled: 1",
                "X-A: b\0c",
                "X-A: b\r\r\nX-Smuggled: 1",
                "X A: b",
                "X-A : b",
                ": b",
                "X-A",
                "X\u0001A: b",
                "X-A: b\u0001c",
                "X-A: b\u007fc",
                "(X): b",
            })
    void invalidHeaderIsRejectedOrPassesAsOneHeader(String lines) throws Exception {
        assertAtMostOneCall(head(lines, "Content-Length: " + body.length()) + body);
        for (ReceivedCall call : SCENE.provider().received()) {
            assertThat(call.headers()).allSatisfy(header -> {
                assertThat(header.name()).matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
                assertThat(header.value()).doesNotContainPattern("[\0\r\n\u0001]");
            });
        }
    }

    @Test
    void bareLineFeedCannotHideAHeader() throws Exception {
        // RFC 9112, section 2.2, allows to read it as the end of a line; then it is an ordinary header.
        assertAtMostOneCall(
                head("X-A: b\nAuthorization: Bearer theirs", "Content-Length: " + body.length()) + body + hidden);
        assertThat(SCENE.provider().received()).allSatisfy(call -> assertThat(call.values("authorization"))
                .containsExactly("Bearer " + Scene.CREDENTIAL));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://elsewhere.example/v1/responses",
                "https://proxy.example/v1/responses",
                "//v1/responses",
                "//elsewhere.example/v1/responses",
                "/v1//responses",
                "/v1/./responses",
                "/v1/x/../responses",
                "/v1/responses/../messages",
                "/v1/responses/..",
                "/v1/%72esponses",
                "/v1%2Fresponses",
                "/v1/responses%2F..%2Fmessages",
                "/v1/responses%00",
                "/v1/responses;a=b",
                "/v1/responses/",
                "/v1\\responses",
                "/V1/responses",
                "/v1/responses\t",
                "/v1/responses#x",
                "v1/responses",
                "*",
                "/v1/responses?a b",
                "/v1/responses?a\rX-Smuggled:1",
                "/v1/responses?a\0b",
                "/v1/responses?é",
            })
    void otherSpellingOfATargetIsTheSameCallOrRejected(String target) throws Exception {
        String call =
                SCENE.whole("/v1/responses", body).replaceFirst("/v1/responses", Matcher.quoteReplacement(target));
        assertAtMostOneCall(call);
        for (ReceivedCall received : SCENE.provider().received()) {
            assertThat(received.target()).matches("/v1/responses(\\?[^\\x00-\\x20\\x7f]*)?");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "0x10", "10 ", "+10", "g", "", "fffffffffffffffff", "7fffffffffffffff", "1\0"})
    void chunkWithoutASizeNeverCompletesACall(String size) throws Exception {
        assertThat(size).isNotNull();
        String chunked = size + "\r\n" + body + "\r\n0\r\n\r\n";
        if (size.strip().equals("10")) {
            // Sixteen bytes without the end of the line.
            chunked = "10 \r\n" + body + "\r\n0\r\n\r\n";
        }
        callAndLeave(head("Transfer-Encoding: chunked") + chunked + hidden);
        assertThat(SCENE.provider().received()).noneMatch(ReceivedCall::bodyEnded);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%x;a=b\r\n", "%x;a=\"\r\n\"\r\n", "%x\n", "%x;\r\r\n", "000000%x\r\n"})
    void chunkExtensionHidesNothing(String line) throws Exception {
        String chunked = line.formatted(body.length()) + body + "\r\n0\r\n\r\n";
        assertAtMostOneCall(head("Transfer-Encoding: chunked") + chunked + hidden);
    }

    @Test
    void trailerDoesNotReachTheProvider() throws Exception {
        String chunked = chunk(body) + "0\r\nX-Smuggled: 1\r\nAuthorization: Bearer theirs\r\n\r\n";
        assertAtMostOneCall(head("Transfer-Encoding: chunked") + chunked);
        assertThat(SCENE.provider().received()).hasSize(1);
    }

    @Test
    void pipelinedRequestsGetTheirResponsesInOrder() throws Exception {
        String second = SCENE.whole("/v1/responses", "{\"model\":\"none\"}");
        try (RawCaller caller = Scene.connect()) {
            caller.send(SCENE.whole("/v1/responses", body) + second + SCENE.whole("/v1/responses", body));
            assertThat(caller.response().status()).isEqualTo(200);
            assertThat(caller.response().status()).isEqualTo(404);
            assertThat(caller.response().status()).isEqualTo(200);
        }
        assertThat(SCENE.provider().received()).hasSize(2).allSatisfy(call -> assertThat(call.text())
                .isEqualTo(Scene.body("gpt-4o")));
    }

    @Test
    void tooShortContentLengthLeavesAnInvalidRequest() throws Exception {
        int length = body.length() - 10;
        callAndLeave(head("Content-Length: " + length) + body);
        assertThat(SCENE.provider().received()).noneMatch(ReceivedCall::bodyEnded);
    }

    private static String head(String... lines) {
        return SCENE.head("/v1/responses", lines);
    }

    private static String chunk(String text) {
        return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
    }

    private static void assertNoCall(String request) throws Exception {
        callAndLeave(request);
        assertThat(SCENE.provider().received()).as(request).isEmpty();
    }

    /** Only the first request, unchanged, and at most once. */
    private static void assertAtMostOneCall(String request) throws Exception {
        SCENE.provider().forget();
        callAndLeave(request);
        assertThat(SCENE.provider().received())
                .as(request)
                .hasSizeLessThanOrEqualTo(1)
                .allSatisfy(call -> {
                    assertThat(call.values("x-smuggled")).isEmpty();
                    assertThat(call.text()).isEqualTo(Scene.body("gpt-4o"));
                    assertThat(call.values("transfer-encoding").size()
                                    + call.values("content-length").size())
                            .isEqualTo(1);
                });
    }

    /** Sends everything, waits briefly for a response, which some requests must not get, and closes. */
    private static void callAndLeave(String request) throws IOException {
        try (RawCaller caller = Scene.connect()) {
            caller.sendAsFarAsTaken(request.getBytes(ISO_8859_1));
            try {
                if (caller.hasResponseWithin(Duration.ofMillis(500))) {
                    caller.endOutput();
                }
                while (caller.some().length > 0) {
                    // The response does not matter here.
                }
            } catch (SocketException | SocketTimeoutException e) {
                // Closed by the server, or timed out.
            }
        }
    }
}
