package io.agyn.proxy;

import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;

@Singleton
class ModelListing {
    static boolean isAt(String path) {
        return false;
    }

    void answer(HttpServerRequest request, String path) {}
}
