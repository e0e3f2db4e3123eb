package io.agyn.sdk;

import static java.util.Objects.requireNonNull;

import io.agyn.sdk.client.ApiException;
import io.agyn.sdk.client.ApiResponse;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/** Sends calls: retries where that is safe, and converts failures into {@link AgynException}s. */
final class Exchange {
    private final URI gateway;
    private final Retries retries;

    Exchange(URI gateway, Retries retries) {
        this.gateway = requireNonNull(gateway, "gateway is null");
        this.retries = requireNonNull(retries, "retries is null");
    }

    /** A call through the generated client. */
    interface Call<T> {
        ApiResponse<T> send() throws ApiException;
    }

    /** A create call with its Idempotency-Key, which makes a retry safe. */
    interface Creation<T> {
        ApiResponse<T> send(String idempotencyKey) throws ApiException;
    }

    /** Creates a resource exactly once: all retries send the same Idempotency-Key. */
    <T> T create(Creation<T> creation) {
        String key = UUID.randomUUID().toString();
        return value(send(() -> creation.send(key), true));
    }

    <T> T read(Call<T> call) {
        return value(send(call, true));
    }

    <T> Versioned<T> readVersioned(Call<T> call) {
        return versioned(send(call, true));
    }

    <T> T write(Call<T> call) {
        return value(send(call, false));
    }

    <T> Versioned<T> writeVersioned(Call<T> call) {
        return versioned(send(call, false));
    }

    void delete(Call<Void> call) {
        send(call, false);
    }

    /** @param safe whether to retry a call that the server may already have received */
    private <T> ApiResponse<T> send(Call<T> call, boolean safe) {
        for (int retry = 0; ; retry++) {
            try {
                return call.send();
            } catch (ApiException failure) {
                Optional<Duration> wait = retries.waitBefore(failure, safe, retry);
                if (wait.isEmpty()) {
                    throw Failures.of(failure, gateway);
                }
                sleep(wait.get());
            }
        }
    }

    private void sleep(Duration wait) {
        try {
            Thread.sleep(wait);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failures.interrupted(gateway, e);
        }
    }

    private <T> Versioned<T> versioned(ApiResponse<T> response) {
        // Names keep their received case; HTTP/2 sends them in lower case.
        String etag = response.getHeaders().entrySet().stream()
                .filter(header -> header.getKey().equalsIgnoreCase("ETag"))
                .flatMap(header -> header.getValue().stream())
                .findFirst()
                .orElseThrow(() -> new AgynException(gateway + " responded without an ETag"));
        return new Versioned<>(value(response), etag);
    }

    private <T> T value(ApiResponse<T> response) {
        if (response.getData() == null) {
            throw new AgynException(gateway + " responded " + response.getStatusCode() + " without a body");
        }
        return response.getData();
    }
}
