package io.agyn.console;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A person with a browser that runs no scripts. */
public final class Visitor {
    private static final Pattern CSRF = Pattern.compile("name=\"csrf\" value=\"([^\"]+)\"");
    private static final Pattern ETAG = Pattern.compile("name=\"etag\" value=\"([^\"]+)\"");

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
    public Response submit(String path, Map<String, String> fields) {
        return submit(path, path, fields);
    }

    /** The answer to a form that stands on one page and is sent to a path. */
    public Response submit(String page, String path, Map<String, String> fields) {
        String html = page(page);
        Map<String, String> all = new HashMap<>(fields);
        hidden(CSRF, html, all, "csrf");
        hidden(ETAG, html, all, "etag");
        return post(path, all);
    }

    /** The answer to whatever is sent. */
    public Response post(String path, Map<String, String> fields) {
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

    private Response kept(Response response) {
        response.cookies().forEach((name, value) -> {
            cookies.remove(name);
            if (!value.isEmpty()) {
                cookies.put(name, value);
            }
        });
        return response;
    }

    private static void hidden(Pattern pattern, String html, Map<String, String> fields, String name) {
        Matcher matcher = pattern.matcher(html);
        if (matcher.find()) {
            fields.putIfAbsent(name, matcher.group(1).replace("&quot;", "\""));
        }
    }
}
