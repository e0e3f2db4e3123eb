package io.agyn.console;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** A browser without scripts. */
public final class Visitor {
    private final Map<String, String> cookies = new HashMap<>();
    private final Map<String, String> headers;

    private Visitor(Map<String, String> headers) {
        this.headers = headers;
    }

    public static Visitor stranger() {
        return new Visitor(Map.of());
    }

    /** A visitor with this address behind a proxy. */
    public static Visitor from(String address) {
        return new Visitor(Map.of("X-Forwarded-For", address));
    }

    public static Visitor signedIn(String token) {
        Visitor visitor = stranger();
        assertThat(visitor.submit("/sign-in", Map.of("token", token)).statusCode())
                .isEqualTo(303);
        return visitor;
    }

    /** Follows a link. */
    public Response get(String path) {
        // Links are already encoded.
        return kept(request().urlEncodingEnabled(false).get(path));
    }

    /** The HTML of an existing page. */
    public String page(String path) {
        Response response = get(path);
        assertThat(response.statusCode())
                .as("GET %s: %s", path, response.asString())
                .isEqualTo(200);
        return response.asString();
    }

    /** Submits the form at a path to the same path, with its hidden fields. */
    public Response submit(String path, Map<String, ?> fields) {
        return submit(path, path, fields);
    }

    /** Submits the form on a page to a path. */
    public Response submit(String page, String path, Map<String, ?> fields) {
        String html = page(page);
        Map<String, Object> all = new HashMap<>(fields);
        for (String name : List.of("csrf", "etag")) {
            find(name, html).ifPresent(value -> all.putIfAbsent(name, value));
        }
        return post(path, all);
    }

    /** Sends a form without hidden fields. */
    public Response post(String path, Map<String, ?> fields) {
        return kept(request().formParams(fields).post(path));
    }

    /** A request with the cookies. */
    public RequestSpecification request() {
        return given().redirects()
                .follow(false)
                .contentType("application/x-www-form-urlencoded; charset=UTF-8")
                .headers(headers)
                .cookies(cookies);
    }

    /** The session cookie. */
    public String session() {
        return cookies.get("agyn_session");
    }

    /** Sets the session cookie. */
    public void keep(String session) {
        cookies.put("agyn_session", session);
    }

    private Response kept(Response response) {
        response.cookies().forEach((name, value) -> {
            cookies.remove(name);
            if (!value.isEmpty()) {
                cookies.put(name, value);
            }
        });
        return response;
    }

    /** The value of a field of a page. */
    public static String hidden(String name, String page) {
        return find(name, page).orElseThrow(() -> new AssertionError("There is no field " + name + " in " + page));
    }

    private static Optional<String> find(String name, String page) {
        return Pattern.compile("name=\"" + name + "\" (?:type=\"\\w+\" )?value=\"([^\"]*)\"")
                .matcher(page)
                .results()
                .map(result -> result.group(1).replace("&quot;", "\""))
                .findFirst();
    }
}
