package io.agyn.contract;

import static java.util.Objects.requireNonNull;

import io.agyn.pipeline.Stage;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Serves the contract, byte for byte, at {@code /openapi}. */
@ApplicationScoped
public class ContractRoutes {
    private final Contract contract;

    ContractRoutes(Contract contract) {
        this.contract = requireNonNull(contract, "contract is null");
    }

    void register(@Observes Router router) {
        Buffer source = Buffer.buffer(contract.source());
        Stage.CONTRACT_FILE.route(router, "/openapi").method(HttpMethod.GET).handler(context -> context.response()
                .putHeader("Content-Type", "application/yaml")
                .end(source));
    }
}
