package io.agyn.proxy.egress;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;

/** A provider of one host, whose certificate no authority has signed. It answers what the caller made of its name. */
final class TlsServer {
    private static final char[] PASSWORD = "secret".toCharArray();

    private final Path folder;
    private final HttpServer server;

    private TlsServer(Path folder, HttpServer server) {
        this.folder = folder;
        this.server = server;
    }

    /** Starts one on a free port of the loopback. */
    static TlsServer start(Vertx vertx, Path folder, String host) throws Exception {
        return start(vertx, folder, host, true, request -> request.response()
                .end("%s %s %s"
                        .formatted(
                                request.version(), request.connection().indicatedServerName(), request.authority())));
    }

    /** Starts one that answers otherwise, and may speak HTTP/1.1 alone. */
    static TlsServer start(Vertx vertx, Path folder, String host, boolean http2, Handler<HttpServerRequest> answer)
            throws Exception {
        KeyStore keys = keys(folder, host);
        Certificate certificate = keys.getCertificate("server");
        pem(folder.resolve("certificate.pem"), "CERTIFICATE", certificate.getEncoded());
        pem(
                folder.resolve("key.pem"),
                "PRIVATE KEY",
                keys.getKey("server", PASSWORD).getEncoded());
        HttpServer server = vertx.createHttpServer(new HttpServerOptions()
                        .setSsl(true)
                        .setSni(true)
                        .setUseAlpn(http2)
                        .setKeyCertOptions(new PemKeyCertOptions()
                                .setCertPath(folder.resolve("certificate.pem").toString())
                                .setKeyPath(folder.resolve("key.pem").toString())))
                .requestHandler(answer)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get();
        return new TlsServer(folder, server);
    }

    int port() {
        return server.actualPort();
    }

    Path certificate() {
        return folder.resolve("certificate.pem");
    }

    /** The JDK makes certificates with its keytool alone. */
    private static KeyStore keys(Path folder, String host) throws Exception {
        Path file = folder.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + host,
                        "-ext",
                        "san=dns:" + host,
                        "-keystore",
                        file.toString(),
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        new String(PASSWORD))
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes());
        if (keytool.waitFor() != 0) {
            throw new IllegalStateException(said);
        }
        return KeyStore.getInstance(file.toFile(), PASSWORD);
    }

    private static void pem(Path file, String kind, byte[] der) throws Exception {
        Files.writeString(
                file,
                "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                        .formatted(kind, Base64.getMimeEncoder().encodeToString(der), kind));
    }
}
