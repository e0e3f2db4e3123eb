package io.agyn.it;

import static org.awaitility.Awaitility.await;

import io.agyn.scripted.Options;
import io.agyn.scripted.ScriptedProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Packaged servers on one database, a scripted provider, and an organization with a model of it. */
final class Cluster implements AutoCloseable {
    /** Longer than any successful step takes. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Builder plan;
    private final ScriptedProvider provider;
    private final ExternalDatabase database;
    private final List<ServerProcess> servers = new ArrayList<>();
    private Organization organization;

    private Cluster(Builder plan) throws IOException {
        this.plan = plan;
        provider = ScriptedProvider.start(plan.provider);
        database = plan.isExternal ? ExternalDatabase.start(plan.folder) : null;
    }

    /** Plans a cluster of one server with an embedded PostgreSQL, and all its files in a folder. */
    static Builder in(Path folder) {
        return new Builder(folder);
    }

    static final class Builder {
        private final Path folder;
        private final Map<String, String> variables = new HashMap<>();
        private final List<Map<String, String>> others = new ArrayList<>();
        private Options provider = Options.defaults();
        private boolean isExternal;

        private Builder(Path folder) {
            this.folder = folder;
        }

        Builder onExternalDatabase() {
            isExternal = true;
            return this;
        }

        /** Adds a server; all are on an external database then. */
        Builder withAnotherServer() {
            return withAnotherServer(Map.of());
        }

        /** Adds a server with variables that override those of all servers. */
        Builder withAnotherServer(Map<String, String> its) {
            others.add(its);
            return onExternalDatabase();
        }

        /** Sets a variable of all servers. */
        Builder with(String variable, String value) {
            variables.put(variable, value);
            return this;
        }

        Builder with(Map<String, String> those) {
            variables.putAll(those);
            return this;
        }

        Builder withProvider(Options options) {
            provider = options;
            return this;
        }

        Cluster start() throws Exception {
            Cluster cluster = new Cluster(this);
            try {
                for (int i = 0; i <= others.size(); i++) {
                    cluster.servers.add(ServerProcess.start(cluster.dataDir(i), cluster.variables(i)));
                }
                cluster.seed();
                return cluster;
            } catch (Throwable e) {
                cluster.close();
                throw e;
            }
        }
    }

    /** Creates another organization, which is the cluster's from now on, and forgets the provider's calls. */
    void seed() {
        provider.forget();
        organization = Organization.seed(server(), provider.origin());
    }

    /** The first server, which has the administrator's token. */
    ServerProcess server() {
        return server(0);
    }

    ServerProcess server(int index) {
        return servers.get(index);
    }

    List<ServerProcess> servers() {
        return List.copyOf(servers);
    }

    /** Stops a server, unless it was killed, and starts it again. */
    void restart(int index) throws Exception {
        servers.get(index).close();
        servers.set(index, ServerProcess.start(dataDir(index), variables(index)));
    }

    /** The commands of the first server's data folder. */
    ServerCommands commands() {
        return new ServerCommands(dataDir(0), variables(0));
    }

    /** The external database, or null if the server has an embedded PostgreSQL. */
    ExternalDatabase database() {
        return database;
    }

    ScriptedProvider provider() {
        return provider;
    }

    Organization organization() {
        return organization;
    }

    /** Calls the organization's model on the first server as its administrator. */
    ModelCaller caller() {
        return caller(server(), server().token());
    }

    ModelCaller caller(ServerProcess server, String token) {
        return new ModelCaller(server.address(), token, organization);
    }

    /** One caller for each server. */
    List<ModelCaller> callers(String token) {
        return servers.stream().map(server -> caller(server, token)).toList();
    }

    /** Waits until the provider is responding to so many calls. */
    void awaitStreams(int count) {
        await("streams in flight")
                .atMost(PATIENCE)
                .until(() -> provider.received().stream()
                                .filter(call -> call.responseBytes() > 0)
                                .count()
                        == count);
    }

    /** The Authorization headers that the provider has received in calls whose request id has a prefix. */
    Set<String> credentialsSent(String requestIdPrefix) {
        return provider.received().stream()
                .filter(call -> call.values("x-request-id").getFirst().startsWith(requestIdPrefix))
                .flatMap(call -> call.values("authorization").stream())
                .collect(Collectors.toSet());
    }

    Path dataDir(int index) {
        return plan.folder.resolve("server-" + index);
    }

    private Map<String, String> variables(int index) {
        Map<String, String> all = new HashMap<>(database == null ? Map.of() : database.variables());
        all.putAll(plan.variables);
        all.putAll(index == 0 ? Map.of() : plan.others.get(index - 1));
        return all;
    }

    @Override
    public void close() throws Exception {
        try (provider;
                database) {
            closeFrom(0);
        }
    }

    // Each, even if closing another fails because it has shown a credential.
    private void closeFrom(int index) throws Exception {
        if (index < servers.size()) {
            try (ServerProcess server = servers.get(index)) {
                closeFrom(index + 1);
            }
        }
    }
}
