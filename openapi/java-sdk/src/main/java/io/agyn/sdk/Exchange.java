package io.agyn.sdk;

import static java.util.Objects.requireNonNull;

import io.agyn.sdk.client.ApiException;
import io.agyn.sdk.client.ApiResponse;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/** Makes calls: tries again what may be, and turns what failed into an {@link AgynException}. */
final class Exchange {
    private final URI gateway;
    private final Retries retries;

    Exchange(URI gateway, Retries retries) {
        this.gateway = requireNonNull(gateway, "gateway is null");
        this.retries = requireNonNull(retries, "retries is null");
    }

    /** A call of the generated client. */
    interface Call<T> {
        ApiResponse<T> send() throws ApiException;
    }

    /** A call that makes something, with the key by which a repeat makes nothing again. */
    interface Creation<T> {
        ApiResponse<T> send(String idempotencyKey) throws ApiException;
    }

    /** Makes something once, however often it has to be asked for: a lost answer is asked for again. */
    <T> T create(Creation<T> creation) {
        String key = UUID.randomUUID().toString();
        return value(answer(() -> creation.send(key), true));
    }

    <T> T read(Call<T> call) {
        return value(answer(call, true));
    }

    <T> Versioned<T> readVersioned(Call<T> call) {
        return versioned(answer(call, true));
    }

    <T> T write(Call<T> call) {
        return value(answer(call, false));
    }

    <T> Versioned<T> writeVersioned(Call<T> call) {
        return versioned(answer(call, false));
    }

    void delete(Call<Void> call) {
        answer(call, false);
    }

    /** @param safe whether it may be sent again though it may have arrived */
    private <T> ApiResponse<T> answer(Call<T> call, boolean safe) {
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

    private <T> Versioned<T> versioned(ApiResponse<T> answer) {
        // The names are in whatever case they came in, HTTP/2's being lower.
        String etag = answer.getHeaders().entrySet().stream()
                .filter(header -> header.getKey().equalsIgnoreCase("ETag"))
                .flatMap(header -> header.getValue().stream())
                .findFirst()
                .orElseThrow(() -> new AgynException(gateway + " answered without an ETag"));
        return new Versioned<>(value(answer), etag);
    }

    private <T> T value(ApiResponse<T> answer) {
        if (answer.getData() == null) {
            throw new AgynException(gateway + " answered " + answer.getStatusCode() + " without a body");
        }
        return answer.getData();
    }
}
