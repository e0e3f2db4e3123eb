package io.agyn.settings;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.URLEncoder;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Timeout;

/** URLs of HTTP proxies, as operators write them. */
@Timeout(60)
class HttpProxyUrlFuzz {
    private static final List<String> REASONS =
            List.of("not a URL", "not a URL of an HTTP proxy", "a password without a user");

    @FuzzTest
    void messageAndTextHoldNoPassword(byte[] input) {
        HttpProxyUrl url;
        try {
            url = HttpProxyUrl.parse(new String(input, UTF_8));
        } catch (IllegalArgumentException e) {
            // Messages that do not repeat the input, without a cause that does.
            assertThat(REASONS).contains(e.getMessage());
            assertThat(e).hasNoCause();
            return;
        }
        String location = url.toString();
        assertThat(location).doesNotContain("@");
        assertThat(HttpProxyUrl.parse(location))
                .isEqualTo(new HttpProxyUrl(url.host(), url.port(), Optional.empty(), Optional.empty()));
        if (url.username().isPresent()) {
            String user = encoded(url.username().get())
                    + url.password().map(password -> ":" + encoded(password)).orElse("");
            assertThat(HttpProxyUrl.parse(location.replace("//", "//" + user + "@")))
                    .isEqualTo(url);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }
}
