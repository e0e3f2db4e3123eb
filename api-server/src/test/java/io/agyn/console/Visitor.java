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

/** A person with a browser that runs no scripts. */
public final class Visitor {
    private final Map<String, String> cookies = new HashMap<>();
    private final Map<String, String> headers;

    private Visitor(Map<String, String> headers) {
        this.headers = headers;
    }

    /** Somebody who is not signed in. */
    public static Visitor stranger() {
        return new Visitor(Map.of());
    }

    /** Somebody who is not signed in, at an address behind a proxy. */
    public static Visitor from(String address) {
        return new Visitor(Map.of("X-Forwarded-For", address));
    }

    /** Somebody who has signed in by an API token. */
    public static Visitor signedIn(String token) {
        Visitor visitor = stranger();
        assertThat(visitor.submit("/sign-in", Map.of("token", token)).statusCode())
                .isEqualTo(303);
        return visitor;
    }

    /** The answer to a link. */
    public Response get(String path) {
        // As it stands in a link.
        return kept(request().urlEncodingEnabled(false).get(path));
    }

    /** A page that is there. */
    public String page(String path) {
        Response response = get(path);
        assertThat(response.statusCode())
                .as("GET %s: %s", path, response.asString())
                .isEqualTo(200);
        return response.asString();
    }

    /** The answer to a form that stands at the path it is sent to, with the hidden fields that it has. */
    public Response submit(String path, Map<String, ?> fields) {
        return submit(path, path, fields);
    }

    /** The answer to a form that stands on one page and is sent to a path. */
    public Response submit(String page, String path, Map<String, ?> fields) {
        String html = page(page);
        Map<String, Object> all = new HashMap<>(fields);
        for (String name : List.of("csrf", "etag")) {
            find(name, html).ifPresent(value -> all.putIfAbsent(name, value));
        }
        return post(path, all);
    }

    /** The answer to whatever is sent. */
    public Response post(String path, Map<String, ?> fields) {
        return kept(request().formParams(fields).post(path));
    }

    /** A request with the visitor's cookies. */
    public RequestSpecification request() {
        return given().redirects()
                .follow(false)
                .contentType("application/x-www-form-urlencoded; charset=UTF-8")
                .headers(headers)
                .cookies(cookies);
    }

    /** What the browser keeps of the session. */
    public String session() {
        return cookies.get("agyn_session");
    }

    /** Lets the browser keep something else of the session, as if an answer had been lost. */
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

    /** What stands in a field of a page, such as a hidden one. */
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
