package io.agyn.proxy.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.agyn.headers.HeaderSyntax;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;

/** Headers and queries from callers to providers. */
@Timeout(60)
class PassedHeadersFuzz {
    // Separates headers, since values must not contain line breaks.
    private static final String SEPARATOR = "\u001e";
    private static final PassedHeaders RULES = new PassedHeaders(List.of("x-internal-*"));

    @FuzzTest
    void headersArriveAsTheyWereSent(byte[] input) {
        MultiMap from = MultiMap.caseInsensitiveMultiMap();
        String credential = null;
        for (String header : new String(input, UTF_8).split(SEPARATOR)) {
            int colon = Math.max(0, header.indexOf(':'));
            String value = header.substring(Math.min(header.length(), colon + 1));
            from.add(header.substring(0, colon), value);
            credential = HeaderSyntax.credential(value).orElse(credential);
        }
        if (!PassedHeaders.areValid(from)) {
            return;
        }
        MultiMap to = HttpHeaders.headers();
        RULES.toProvider(from, to, credential == null ? List.of() : List.of(Map.entry("x-api-key", credential)));
        assertThat(to.get("x-api-key")).isEqualTo(credential);
        HttpRequest arrived = sent("/v1/responses", to);
        assertThat(texts(arrived.headers().entries())).isEqualTo(texts(to.entries()));
    }

    @FuzzTest
    void queryArrivesAsItWasSentWithoutTokens(byte[] input) {
        String query = new String(input, UTF_8);
        if (!PassedQuery.isValid(query)) {
            return;
        }
        String passed = PassedQuery.of(query);
        String uri = passed.isEmpty() ? "/v1/responses" : "/v1/responses?" + passed;
        assertThat(sent(uri, HttpHeaders.headers()).uri()).isEqualTo(uri);
        String decoded = passed.replaceAll("%(?![0-9a-fA-F]{2})", "%25");
        assertThat(QueryStringDecoder.decodeComponent(decoded)).doesNotContainPattern("agyn_[0-9A-Za-z]{44}");
    }

    private static HttpRequest sent(String uri, MultiMap headers) {
        DefaultFullHttpRequest request = new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1,
                HttpMethod.POST,
                uri,
                Unpooled.EMPTY_BUFFER,
                DefaultHttpHeadersFactory.headersFactory().withValidation(false),
                DefaultHttpHeadersFactory.trailersFactory());
        headers.forEach(header -> request.headers().add(header.getKey(), header.getValue()));
        EmbeddedChannel client = new EmbeddedChannel(new HttpRequestEncoder());
        EmbeddedChannel server = new EmbeddedChannel(new HttpRequestDecoder());
        client.writeOutbound(request);
        for (ByteBuf bytes = client.readOutbound(); bytes != null; bytes = client.readOutbound()) {
            server.writeInbound(bytes);
        }
        List<HttpObject> received = new ArrayList<>();
        for (HttpObject object = server.readInbound(); object != null; object = server.readInbound()) {
            assertThat(object.decoderResult().isSuccess()).isTrue();
            received.add(object);
        }
        received.forEach(ReferenceCountUtil::release);
        client.finishAndReleaseAll();
        assertThat(server.finishAndReleaseAll()).isFalse();
        assertThat(received).hasSize(2).last().isInstanceOf(LastHttpContent.class);
        return (HttpRequest) received.getFirst();
    }

    /** Without the spaces and tabs around values, which are not part of them. */
    private static List<String> texts(List<Map.Entry<String, String>> headers) {
        return headers.stream()
                .map(header -> header.getKey() + "=" + header.getValue().replaceAll("^[ \t]+|[ \t]+$", ""))
                .toList();
    }
}
