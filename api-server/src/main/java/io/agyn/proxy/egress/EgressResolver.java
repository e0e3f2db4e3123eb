package io.agyn.proxy.egress;

import static java.util.Objects.requireNonNull;

import io.agyn.settings.CidrBlock;
import io.agyn.settings.HttpProxyUrl;
import io.agyn.settings.Settings;
import io.vertx.core.net.ProxyOptions;
import io.vertx.core.net.ProxyType;
import jakarta.inject.Singleton;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * Finds the network routes to providers' hosts: directly to allowed addresses, or through the operator's HTTP proxy.
 * The proxy then decides about names; the rules here still decide about addresses.
 */
@Singleton
public class EgressResolver {
    private final AddressRules rules;
    private final Addresses addresses;
    private final Optional<List<EgressRoute>> proxy;
    private final List<String> direct;

    EgressResolver(AddressRules rules, Addresses addresses, Settings settings) {
        this.rules = requireNonNull(rules, "rules is null");
        this.addresses = requireNonNull(addresses, "addresses is null");
        this.proxy = settings.egress()
                .httpProxy()
                .filter(url -> !url.isBlank())
                .map(url -> List.of(through(HttpProxyUrl.parse(url), settings)));
        this.direct = settings.egress().noProxy().stream()
                .flatMap(list -> Stream.of(list.split(",")))
                .map(entry -> entry.strip().toLowerCase(Locale.ROOT))
                .map(entry -> entry.startsWith(".") ? entry.substring(1) : entry)
                .filter(entry -> !entry.isEmpty())
                .toList();
    }

    /**
     * Finds the routes to a host.
     *
     * @param host a name, or an address in any notation, IPv6 without brackets
     * @return the routes, at least one, in the order to try them; fails as {@link Addresses#of} does
     */
    public CompletableFuture<List<EgressRoute>> resolve(String host) {
        if (proxy.isEmpty() || isDirect(host)) {
            return addresses.of(host).thenApply(EgressResolver::direct);
        }
        return literal(host)
                .flatMap(rules::denial)
                .map(reason -> CompletableFuture.<List<EgressRoute>>failedFuture(new EgressDeniedException(reason)))
                .orElseGet(() -> CompletableFuture.completedFuture(proxy.get()));
    }

    /**
     * Finds the HTTP proxy for a host of the operator's choice, to which the rules about addresses do not apply.
     *
     * @param host a name or an address, IPv6 without brackets
     * @return the route; empty for a direct connection
     */
    public Optional<EgressRoute> proxyFor(String host) {
        return isDirect(host) ? Optional.empty() : proxy.map(List::getFirst);
    }

    private static List<EgressRoute> direct(List<InetAddress> addresses) {
        return addresses.stream()
                .<EgressRoute>map(address -> new EgressRoute.Direct(address.getHostAddress()))
                .toList();
    }

    private static EgressRoute through(HttpProxyUrl url, Settings settings) {
        ProxyOptions options = new ProxyOptions()
                .setType(ProxyType.HTTP)
                .setHost(url.host())
                .setPort(url.port())
                .setConnectTimeout(settings.proxy().connectTimeout());
        // Vert.x requires both or neither.
        url.username().ifPresent(user -> options.setUsername(user)
                .setPassword(url.password().orElse("")));
        return new EgressRoute.ViaProxy(options);
    }

    private boolean isDirect(String host) {
        Optional<InetAddress> literal = literal(host);
        if (literal.isPresent()) {
            return literal.get().isLoopbackAddress()
                    || direct.stream().anyMatch(entry -> contains(entry, literal.get()) || entry.equals("*"));
        }
        String name = host.toLowerCase(Locale.ROOT);
        return isWithin(name, "localhost")
                || direct.stream().anyMatch(entry -> isWithin(name, entry) || entry.equals("*"));
    }

    private static boolean isWithin(String name, String domain) {
        return name.equals(domain) || name.endsWith("." + domain);
    }

    private static boolean contains(String entry, InetAddress address) {
        try {
            return CidrBlock.parse(entry).contains(address.getAddress());
        } catch (IllegalArgumentException e) {
            // A name, not an address.
            return false;
        }
    }

    /**
     * Parses a literal address, also in notations that only the C library accepts, since the proxy's may accept them.
     */
    private static Optional<InetAddress> literal(String host) {
        try {
            return Optional.of(host.indexOf(':') < 0 ? Inet4Address.ofPosixLiteral(host) : InetAddress.ofLiteral(host));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
