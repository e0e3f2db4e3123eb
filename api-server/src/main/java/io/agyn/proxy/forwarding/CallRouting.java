package io.agyn.proxy.forwarding;

import io.agyn.proxy.body.Reference;
import io.agyn.proxy.dialect.Operation;
import io.agyn.proxy.dialect.Operation.RouteSource;
import io.agyn.proxy.exchange.Exchange;
import io.agyn.proxy.exchange.RequestBody;
import io.agyn.proxy.exchange.RequestHead;
import io.agyn.proxy.exchange.RoutingErrors;
import io.agyn.proxy.routing.ModelSelector;
import io.agyn.proxy.routing.Route;
import io.agyn.proxy.routing.Target;
import org.jspecify.annotations.Nullable;

/** Finds the target of a call, and checks there what the body refers to. */
final class CallRouting {
    private final Call call;
    private final ProxyContext proxy;
    private final Exchange exchange;
    private final Operation operation;

    CallRouting(Call call, ProxyContext proxy, Exchange exchange) {
        this.call = call;
        this.proxy = proxy;
        this.exchange = exchange;
        this.operation = call.path().operation();
    }

    /** Finds the target by the body's model, by the header's, or by a default model. */
    void find(@Nullable String name) {
        ModelSelector selector = selector(name);
        call.when(proxy.find(call.identity(), call.organization(), selector), route -> follow(route, selector));
    }

    /** The body has precedence over the header, and the header over default models. */
    private ModelSelector selector(@Nullable String name) {
        String model = name == null ? exchange.headers().get(RequestHead.MODEL) : name;
        return model == null
                ? new ModelSelector.Default(
                        operation.protocol(),
                        call.identity().defaultModel(),
                        operation.routeSource() == RouteSource.DEFAULT_MODEL)
                : new ModelSelector.Named(model);
    }

    private void follow(Route route, ModelSelector selector) {
        switch (route) {
            case Route.Found found -> {
                Target target = found.target();
                if (target.protocol() == operation.protocol()) {
                    call.use(target);
                } else {
                    call.reject(CalledModel.at(target), RoutingErrors.wrongPath(operation, target));
                }
            }
            case Route.Uncallable found ->
                call.reject(
                        new CalledModel(found.organizationId(), found.modelId(), found.modelName(), null),
                        RoutingErrors.uncallable(found));
            case Route.Ambiguous ambiguous ->
                call.reject(
                        selector instanceof ModelSelector.Named named
                                ? RoutingErrors.ambiguous(ambiguous, named.name())
                                : RoutingErrors.ambiguousDefault(ambiguous));
            case Route.UnknownModel unknown ->
                call.reject(
                        selector instanceof ModelSelector.Named named
                                ? RoutingErrors.unknownModel(named.name())
                                : RoutingErrors.missingModel(operation.protocol()));
            case Route.UnknownOrganization unknown -> call.reject(RoutingErrors.unknownOrganization());
        }
    }

    /** Resolves the references of the body so far, one after another; continues if all are valid at the target. */
    void settle(RequestBody body, Target target, Runnable next) {
        Reference reference = body.takeReference();
        if (reference == null) {
            next.run();
        } else {
            resolve(reference, target, () -> settle(body, target, next));
        }
    }

    void resolve(Reference reference, Target target, Runnable next) {
        if (exchange instanceof WebSocketExchange message && message.session().hasCreated(reference.value(), target)) {
            // The provider remembers it for the connection, even if it is not stored.
            next.run();
        } else {
            call.objects().check(reference, target, next);
        }
    }
}
