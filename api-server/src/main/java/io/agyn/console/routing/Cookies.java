package io.agyn.console.routing;

import static java.util.Objects.requireNonNull;

import io.agyn.access.SourceAddress;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.NewCookie;
import java.time.Duration;
import java.util.Optional;

/**
 * The Console's cookies, {@code HttpOnly} and mostly {@code SameSite=Strict}. With TLS their names start with {@code __Host-}, which
 * browsers accept only over TLS and from this host: neither another host of the domain nor an attacker in the network can set
 * such a cookie.
 */
@Singleton
public class Cookies {
    private static final String HOST_PREFIX = "__Host-";

    private final SourceAddress addresses;
    private final HttpServerRequest http;

    Cookies(SourceAddress addresses, HttpServerRequest http) {
        this.addresses = requireNonNull(addresses, "addresses is null");
        this.http = requireNonNull(http, "http is null");
    }

    /** The value of a cookie of the request. */
    public Optional<String> read(String name) {
        return Optional.ofNullable(http.getCookie(prefixed(name))).map(Cookie::getValue);
    }

    /** A cookie that the browser removes when it is closed. */
    public NewCookie create(String name, String value) {
        return create(name, value, NewCookie.DEFAULT_MAX_AGE);
    }

    public NewCookie create(String name, String value, Duration lifetime) {
        return create(name, value, (int) lifetime.toSeconds());
    }

    /** A cookie that browsers also send with a link or redirect from another site ({@code SameSite=Lax}). */
    public NewCookie createLax(String name, String value, Duration lifetime) {
        return create(name, value, (int) lifetime.toSeconds(), NewCookie.SameSite.LAX);
    }

    private NewCookie create(String name, String value, int maxAge) {
        return create(name, value, maxAge, NewCookie.SameSite.STRICT);
    }

    private NewCookie create(String name, String value, int maxAge, NewCookie.SameSite sameSite) {
        return new NewCookie.Builder(prefixed(name))
                .value(value)
                .path("/")
                .maxAge(maxAge)
                .httpOnly(true)
                .secure(addresses.isTls(http))
                .sameSite(sameSite)
                .build();
    }

    /** The address that the browser requested, without a path, such as {@code https://agyn.example.com}. */
    public String origin() {
        return (addresses.isTls(http) ? "https://" : "http://") + http.authority();
    }

    private String prefixed(String name) {
        return addresses.isTls(http) ? HOST_PREFIX + name : name;
    }
}
