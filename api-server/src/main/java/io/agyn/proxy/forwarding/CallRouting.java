package io.agyn.proxy.forwarding;

import io.agyn.proxy.body.Reference;
import io.agyn.proxy.body.RequestField;
import io.agyn.proxy.dialect.Operation;
import io.agyn.proxy.dialect.Operation.RouteSource;
import io.agyn.proxy.dialect.ProxyError;
import io.agyn.proxy.exchange.Exchange;
import io.agyn.proxy.exchange.RequestBody;
import io.agyn.proxy.exchange.RequestHead;
import io.agyn.proxy.exchange.RoutingErrors;
import io.agyn.proxy.routing.ModelSelector;
import io.agyn.proxy.routing.Route;
import io.agyn.proxy.routing.Target;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Finds the target of a call, and checks there the references in its body. */
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
    void find(RequestBody body, @Nullable String name) {
        ModelSelector selector = selector(name);
        find(selector, route -> follow(body, route, selector));
    }

    private void find(ModelSelector selector, Consumer<Route> then) {
        call.when(proxy.find(call.identity(), call.organization(), selector), then);
    }

    /** The body has precedence over the header, and the header over default models. */
    private ModelSelector selector(@Nullable String name) {
        String model = name == null ? exchange.headers().get(RequestHead.MODEL) : name;
        return model == null
                ? new ModelSelector.Default(
                        operation.protocol(),
                        call.identity().credential().defaultModel(),
                        operation.routeSource() == RouteSource.DEFAULT_MODEL)
                : new ModelSelector.Named(model);
    }

    private void follow(RequestBody body, Route route, ModelSelector selector) {
        if (route instanceof Route.Found found && found.target().protocol() == operation.protocol()) {
            if (operation == Operation.CREATE_BATCH && selector instanceof ModelSelector.Named named) {
                body.rename(named.name(), found.target().remoteModel());
            }
            call.use(found.target(), found.fallbacks());
        } else {
            call.reject(called(route), error(route, selector));
        }
    }

    /** Returns the model that a call may not use; null if unknown. */
    private static @Nullable CalledModel called(Route route) {
        return switch (route) {
            case Route.Found found -> CalledModel.at(found.target());
            case Route.Uncallable found ->
                new CalledModel(found.organizationId(), found.modelId(), found.modelName(), null);
            case Route.NoHome unknown -> null;
            case Route.UnknownModel unknown -> null;
            case Route.UnknownOrganization unknown -> null;
        };
    }

    /** Returns the error for a route without a model of the operation's protocol. */
    private ProxyError error(Route route, ModelSelector selector) {
        return switch (route) {
            case Route.Found found -> RoutingErrors.wrongPath(operation, found.target());
            case Route.Uncallable found -> RoutingErrors.uncallable(found);
            case Route.NoHome unknown ->
                selector instanceof ModelSelector.Named named
                        ? RoutingErrors.noHome(unknown, named.name())
                        : missingModel();
            case Route.UnknownModel unknown ->
                selector instanceof ModelSelector.Named named
                        ? RoutingErrors.unknownModel(unknown, named.name())
                        : missingModel();
            case Route.UnknownOrganization unknown -> RoutingErrors.unknownOrganization();
        };
    }

    private ProxyError missingModel() {
        return operation.routeSource() == RouteSource.DEFAULT_MODEL
                ? RoutingErrors.missingDefault()
                : RoutingErrors.missingModel(operation.protocol());
    }

    /**
     * Resolves the references of the body so far, one after another; continues if all are valid at the target.
     *
     * @param target returns the target, which may change to the one that has a stored object
     */
    void settle(RequestBody body, Supplier<Target> target, Runnable next) {
        Reference reference = body.takeReference();
        if (reference == null) {
            next.run();
        } else {
            resolve(body, reference, target.get(), () -> settle(body, target, next));
        }
    }

    void resolve(RequestBody body, Reference reference, Target target, Runnable next) {
        if (exchange instanceof WebSocketExchange message
                && message.session().providers().hasCreated(reference.value(), target)) {
            // The provider remembers it for the connection, even if it is not stored.
            next.run();
        } else if (reference.field() == RequestField.MODEL) {
            resolveModel(body, reference, target, next);
        } else {
            call.objects().check(reference, target, next);
        }
    }

    /** Resolves a model of a batch, which must use the LLM provider of the first one. */
    private void resolveModel(RequestBody body, Reference reference, Target first, Runnable next) {
        ModelSelector.Named name = new ModelSelector.Named(reference.value());
        find(name, route -> {
            if (!(route instanceof Route.Found found)) {
                call.reject(RoutingErrors.inBatch(reference, error(route, name)));
            } else if (!call.allows(found.target())) {
                call.reject(RoutingErrors.inBatch(
                        reference, RoutingErrors.modelNotAllowed(found.target().modelName())));
            } else if (found.target().providerId().equals(first.providerId())) {
                body.rename(name.name(), found.target().remoteModel());
                if (!found.target().modelId().equals(first.modelId())) {
                    call.useSeveralModels(first);
                }
                next.run();
            } else {
                call.reject(RoutingErrors.otherProvider(reference, first));
            }
        });
    }
}
