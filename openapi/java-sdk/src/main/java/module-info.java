/** A client of the Agyn LLM control plane; start with {@link io.agyn.sdk.AgynClient}. */
module io.agyn.sdk {
    requires transitive jakarta.annotation;
    requires transitive org.jspecify;
    requires com.fasterxml.jackson.annotation;
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.databind;
    requires com.fasterxml.jackson.datatype.jsr310;
    requires java.net.http;

    exports io.agyn.sdk;
    exports io.agyn.sdk.model;

    opens io.agyn.sdk.model to
            com.fasterxml.jackson.databind;
}
