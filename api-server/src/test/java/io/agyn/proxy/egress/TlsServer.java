package io.agyn.proxy.egress;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import java.nio.file.Path;

/** A provider of one host with a self-signed certificate. It responds with the caller's view of its name. */
final class TlsServer {
    private final Path certificate;
    private final HttpServer server;

    private TlsServer(Path certificate, HttpServer server) {
        this.certificate = certificate;
        this.server = server;
    }

    /** Starts one on a free port of the loopback. */
    static TlsServer start(Vertx vertx, Path folder, String host) throws Exception {
        return start(vertx, folder, host, true, request -> request.response()
                .end("%s %s %s"
                        .formatted(
                                request.version(), request.connection().indicatedServerName(), request.authority())));
    }

    /** Starts a provider with another response, optionally with HTTP/1.1 only. */
    static TlsServer start(Vertx vertx, Path folder, String host, boolean http2, Handler<HttpServerRequest> response)
            throws Exception {
        OwnCertificate certificate = OwnCertificate.create(folder, host);
        HttpServer server = vertx.createHttpServer(new HttpServerOptions()
                        .setSsl(true)
                        .setSni(true)
                        .setUseAlpn(http2)
                        .setKeyCertOptions(new PemKeyCertOptions()
                                .setCertPath(certificate.certificate().toString())
                                .setKeyPath(certificate.key().toString())))
                .requestHandler(response)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get();
        return new TlsServer(certificate.certificate(), server);
    }

    int port() {
        return server.actualPort();
    }

    Path certificate() {
        return certificate;
    }
}
