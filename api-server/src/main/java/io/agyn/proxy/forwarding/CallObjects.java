package io.agyn.proxy.forwarding;

import static java.util.Objects.requireNonNull;

import io.agyn.proxy.body.Reference;
import io.agyn.proxy.body.RequestField;
import io.agyn.proxy.body.ResponseReader;
import io.agyn.proxy.dialect.Operation;
import io.agyn.proxy.exchange.RoutingErrors;
import io.agyn.proxy.routing.ModelSelector;
import io.agyn.proxy.routing.Route;
import io.agyn.proxy.routing.Target;
import io.agyn.proxy.stored.PendingRecord;
import io.agyn.proxy.stored.StoredObject;
import io.agyn.usage.CallUsage;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The stored objects of a call: the one in its path, those that its body refers to, and the one that it creates. An
 * object that is not remembered for an organization of the caller does not exist, even if the provider has it.
 */
final class CallObjects {
    private static final String TRUE = "true";
    private static final String FALSE = "false";
    // Any other status of success may be a part of the response.
    private static final int COMPLETE = 200;

    private final Call call;
    private final ProxyContext proxy;
    private final Operation operation;
    private @Nullable StoredObject named;
    private boolean isRemembered;

    CallObjects(Call call, ProxyContext proxy) {
        this.call = call;
        this.proxy = proxy;
        this.operation = call.path().operation();
    }

    // Route

    /** Routes a call to the LLM provider that has the object in its path. */
    void route() {
        call.when(proxy.object(call.identity(), call.organization(), call.path().objectId()), found -> {
            if (found.isPresent()) {
                named = found.get();
                // The lookup may have waited for another server's write.
                call.authentication().renew(() -> route(found.get()));
            } else {
                reject();
            }
        });
    }

    private void route(StoredObject object) {
        call.when(
                proxy.find(
                        call.identity(), Optional.empty(), new ModelSelector.At(object.modelId(), object.providerId())),
                route -> {
                    if (route instanceof Route.Found found && found.target().protocol() == operation.protocol()) {
                        call.use(found.target());
                    } else if (route instanceof Route.Unreadable || route instanceof Route.Unsendable) {
                        call.reject(RoutingErrors.uncallable((Route.Uncallable) route));
                    } else {
                        reject();
                    }
                });
    }

    private void reject() {
        call.reject(RoutingErrors.unknownObject(call.path()));
    }

    // Refer

    /** Continues if the target has an object; otherwise rejects the call. */
    void check(Reference reference, Target target, Runnable next) {
        Optional<String> organization = Optional.of(target.organizationId().toString());
        call.when(proxy.object(call.identity(), organization, reference.value()), found -> {
            if (found.isEmpty()) {
                call.reject(RoutingErrors.unknownReference(reference));
            } else if (!call.identity()
                    .credential()
                    .rights()
                    .includes(found.get().modelId())) {
                call.reject(RoutingErrors.modelNotAllowed(reference));
            } else if (found.get().providerId().equals(target.providerId())) {
                next.run();
            } else if (call.pin(found.get().providerId())) {
                next.run();
            } else {
                rejectElsewhere(reference, found.get(), target);
            }
        });
    }

    private void rejectElsewhere(Reference reference, StoredObject object, Target target) {
        call.when(
                proxy.find(
                        call.identity(), Optional.empty(), new ModelSelector.At(object.modelId(), object.providerId())),
                route -> call.reject(
                        route instanceof Route.Found found
                                ? RoutingErrors.referenceElsewhere(
                                        reference, found.target().providerName(), target)
                                : RoutingErrors.unknownReference(reference)));
    }

    // Remember

    /** Remembers a new object before the caller gets its id, which it may use before the call has ended. */
    void onRead(ResponseReader reader) {
        String id = reader.objectId();
        if (isRemembered || id == null || !operation.remembers() || !isSuccess()) {
            return;
        }
        isRemembered = true;
        if (!FALSE.equals(call.field(RequestField.STORE))) {
            Target target = requireNonNull(call.target(), "target is null");
            PendingRecord pending = call.recorder().pending();
            proxy.remember(new StoredObject(
                    id,
                    target.organizationId(),
                    pending.startedAt(),
                    call.identity().userId(),
                    target.modelId(),
                    target.providerId(),
                    isBackground() || operation == Operation.CREATE_BATCH ? pending : null));
        }
    }

    private boolean isBackground() {
        return TRUE.equals(call.field(RequestField.BACKGROUND));
    }

    private boolean isSuccess() {
        return Attempt.isSuccess(call.responseStatus());
    }

    // Record

    /**
     * Returns the usage to record for the call, and completes the record of the call that created the object in its
     * path.
     *
     * @param attempt null if no provider was called
     */
    CallUsage usage(@Nullable Attempt attempt) {
        ResponseReader reader = attempt == null ? null : attempt.reader();
        if (attempt == null || reader == null) {
            return CallUsage.NONE;
        }
        CallUsage usage = attempt.usage();
        if (operation.reportsUsage()) {
            return usage.unknownReason() == null && isSuccess() && isPending(reader) ? CallUsage.PENDING : usage;
        }
        StoredObject object = named;
        if (operation.completesUsage()
                && object != null
                && object.pending() != null
                && call.responseStatus() == COMPLETE
                && reader.isFinal()
                && usage.unknownReason() == null) {
            proxy.complete(object.organizationId(), object.pending(), usage);
        }
        return CallUsage.NONE;
    }

    private boolean isPending(ResponseReader reader) {
        if (operation == Operation.CREATE_BATCH) {
            return true;
        }
        return reader.isStream() ? isBackground() && !reader.isTerminated() : reader.isUnfinished();
    }
}
