package io.agyn.console.rendering;

import io.agyn.hash.Sha256;
import io.agyn.pipeline.Stage;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Named;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.zip.GZIPOutputStream;

/** The Console's styles and scripts. Their paths contain a hash of their content, so that browsers can cache them forever. */
@ApplicationScoped
@Named("assets")
public class Assets {
    private static final String ROOT = "/console/";
    private static final String FOREVER = "public, max-age=31536000, immutable";

    private record Asset(String path, String type, Buffer plain, Buffer zipped) {}

    private final Map<String, Asset> byPath = new LinkedHashMap<>();
    private final String styles = add("console.css", "/console/console.css", "text/css; charset=utf-8");
    private final String script = add("console.js", "/console/console.js", "text/javascript; charset=utf-8");
    private final String htmx = add(
            "htmx.js",
            "/META-INF/resources/webjars/htmx.org/%s/dist/htmx.min.js".formatted(htmxVersion()),
            "text/javascript; charset=utf-8");

    void register(@Observes Router router) {
        Stage.CONSOLE_ASSETS.route(router, ROOT + "*").method(HttpMethod.GET).handler(this::serve);
    }

    public String styles() {
        return styles;
    }

    public String script() {
        return script;
    }

    public String htmx() {
        return htmx;
    }

    private void serve(RoutingContext context) {
        Asset asset = byPath.get(context.normalizedPath());
        if (asset == null) {
            context.next();
            return;
        }
        HttpServerResponse response = context.response()
                .putHeader("Content-Type", asset.type())
                .putHeader("Cache-Control", FOREVER)
                .putHeader("Vary", "Accept-Encoding")
                .putHeader("X-Content-Type-Options", "nosniff");
        if (acceptsGzip(context.request())) {
            response.putHeader("Content-Encoding", "gzip").end(asset.zipped());
        } else {
            response.end(asset.plain());
        }
    }

    private String add(String name, String resource, String type) {
        try (InputStream stream = Assets.class.getResourceAsStream(resource)) {
            byte[] bytes = stream.readAllBytes();
            byte[] hash = Sha256.of(bytes);
            String path = ROOT + HexFormat.of().formatHex(hash, 0, 8) + "/" + name;
            byPath.put(path, new Asset(path, type, Buffer.buffer(bytes), Buffer.buffer(zip(bytes))));
            return path;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The version of the webjar on the classpath, which is part of its paths. */
    private static String htmxVersion() {
        try (InputStream stream =
                Assets.class.getResourceAsStream("/META-INF/maven/org.webjars.npm/htmx.org/pom.properties")) {
            Properties properties = new Properties();
            properties.load(stream);
            return properties.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static boolean acceptsGzip(HttpServerRequest request) {
        String accepted = request.getHeader("Accept-Encoding");
        return accepted != null && accepted.contains("gzip");
    }

    static byte[] zip(byte[] bytes) {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
            out.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return zipped.toByteArray();
    }
}
