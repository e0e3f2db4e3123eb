package io.agyn.proxy.forwarding;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Identity;
import io.agyn.api.model.UsageUnknownReason;
import io.agyn.limits.admission.Admission;
import io.agyn.limits.admission.CallSubjects;
import io.agyn.limits.admission.Reservation;
import io.agyn.proxy.dialect.Operation;
import io.agyn.proxy.exchange.Exchange;
import io.agyn.proxy.exchange.LimitErrors;
import io.agyn.proxy.routing.Target;
import io.agyn.proxy.stored.PendingRecord;
import io.agyn.usage.CallRecord;
import io.agyn.usage.CallUsage;
import io.agyn.usage.Outcome;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The limits that a call reserves from before it is sent, and settles when it has ended. */
final class CallAdmission {
    private final Call call;
    private final ProxyContext proxy;
    private final Exchange exchange;
    private @Nullable Reservation reservation;
    private boolean isChecked;

    CallAdmission(Call call, ProxyContext proxy, Exchange exchange) {
        this.call = requireNonNull(call, "call is null");
        this.proxy = requireNonNull(proxy, "proxy is null");
        this.exchange = requireNonNull(exchange, "exchange is null");
    }

    /** Continues if the limits admit the call; otherwise rejects it. */
    void admit(Target target, Runnable next) {
        isChecked = true;
        CompletableFuture<Admission> result =
                proxy.admit(subjects(call.identity(), target), exchange.bodyLength(), hasTokens());
        if (!result.isDone()) {
            // The caller may disconnect meanwhile.
            result.thenAccept(late -> {
                if (late.reservation() != null) {
                    call.whenFinished(late.reservation()::cancel);
                }
            });
        }
        call.when(result, admission -> {
            if (admission.rejection() != null) {
                call.reject(LimitErrors.of(admission.rejection()));
            } else {
                reservation = admission.reservation();
                next.run();
            }
        });
    }

    private CallSubjects subjects(Identity caller, Target target) {
        return new CallSubjects(
                target.organizationId(),
                caller.userId(),
                caller.credential().tokenId().orElse(null),
                call.modelId(),
                target.providerId());
    }

    /** Whether the provider bills tokens; it counts input tokens for free. */
    private boolean hasTokens() {
        Operation operation = call.path().operation();
        return operation.reportsUsage()
                && operation != Operation.COUNT_INPUT_TOKENS
                && operation != Operation.COUNT_MESSAGE_TOKENS;
    }

    /**
     * Settles the use of a call.
     *
     * @param isSent whether it was sent to a provider
     * @param pending the key of the record
     */
    void settle(CallRecord record, boolean isSent, PendingRecord pending) {
        CallUsage usage = record.usage();
        Target target = call.target();
        if (!isChecked) {
            if (isSent && target != null) {
                proxy.charge(subjects(call.identity(), target), usage.allInputTokens(), usage.outputTokens());
            }
            return;
        }
        Reservation reserved = reservation;
        if (reserved == null) {
            return;
        }
        if (!isSent || record.outcome() == Outcome.REFUSED) {
            reserved.cancel();
        } else if (usage.unknownReason() == UsageUnknownReason.PENDING) {
            reserved.endCall();
            proxy.keep(pending, reserved);
        } else if (!hasTokens()) {
            reserved.settle(0L, 0L);
        } else if (record.outcome() == Outcome.UPSTREAM_ERROR) {
            reserved.settle(orZero(usage.allInputTokens()), orZero(usage.outputTokens()));
        } else {
            reserved.settle(usage.allInputTokens(), usage.outputTokens());
        }
    }

    private static long orZero(@Nullable Long tokens) {
        return tokens == null ? 0 : tokens;
    }
}
