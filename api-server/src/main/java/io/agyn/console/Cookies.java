package io.agyn.console;

import static java.util.Objects.requireNonNull;

import io.agyn.access.SourceAddress;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.NewCookie;
import java.time.Duration;
import java.util.Optional;

/**
 * The browser's cookies, which scripts do not see and pages of other sites do not send. By TLS their names begin with {@code
 * __Host-}: browsers take such a cookie by TLS alone and for the host that sets it. What another host of the domain sets, or
 * somebody on the way, has another name, and is not read.
 */
@Singleton
public class Cookies {
    private static final String OF_THIS_HOST = "__Host-";

    private final SourceAddress addresses;
    private final HttpServerRequest http;

    Cookies(SourceAddress addresses, HttpServerRequest http) {
        this.addresses = requireNonNull(addresses, "addresses is null");
        this.http = requireNonNull(http, "http is null");
    }

    /** What a cookie of the request holds; nothing where there is none. */
    public Optional<String> read(String name) {
        return Optional.ofNullable(http.getCookie(named(name))).map(Cookie::getValue);
    }

    /** A cookie that the browser keeps until it ends. */
    public NewCookie make(String name, String value) {
        return make(name, value, NewCookie.DEFAULT_MAX_AGE);
    }

    /** A cookie that the browser keeps for some time. */
    NewCookie make(String name, String value, Duration lifetime) {
        return make(name, value, (int) lifetime.toSeconds());
    }

    private NewCookie make(String name, String value, int maxAge) {
        return new NewCookie.Builder(named(name))
                .value(value)
                .path("/")
                .maxAge(maxAge)
                .httpOnly(true)
                .secure(addresses.isTls(http))
                .sameSite(NewCookie.SameSite.STRICT)
                .build();
    }

    private String named(String name) {
        return addresses.isTls(http) ? OF_THIS_HOST + name : name;
    }
}
