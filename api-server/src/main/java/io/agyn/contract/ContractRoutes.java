package io.agyn.contract;

import static java.util.Objects.requireNonNull;

import io.vertx.core.buffer.Buffer;
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
        router.get("/openapi").handler(context -> context.response()
                .putHeader("Content-Type", "application/yaml")
                .end(source));
    }
}
