package io.agyn.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.agyn.audit.Audited;
import io.agyn.database.PostgresTestResource;
import io.agyn.idempotency.Idempotent;
import io.agyn.pipeline.Stage.Kind;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.InterceptionType;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptor;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.ext.ReaderInterceptor;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The stages are the order in which a running server handles requests. */
@QuarkusTest
@WithTestResource(PostgresTestResource.class)
@Timeout(60)
class StageTest {
    private static final Path CLASSES = Path.of("target/classes");

    @Inject
    Router router;

    @Inject
    BeanManager beans;

    @Test
    void routesRunInTheOrderOfStages() {
        Set<String> stages = Stream.of(Stage.values()).map(Stage::name).collect(Collectors.toSet());
        List<String> running = router.getRoutes().stream().map(Route::getName).toList();
        System.out.println("Routes in order: " + running);

        assertThat(running.stream().filter(stages::contains))
                // The management port has a route only if it is configured.
                .containsExactlyElementsOf(Stream.of(Stage.values())
                        .filter(stage -> stage.kind() == Kind.ROUTE || stage.kind() == Kind.LAST_ROUTE)
                        .filter(stage -> stage != Stage.MANAGEMENT_PORT)
                        .map(Stage::name)
                        .toList());
        assertThat(running).startsWith(Stage.CONNECTION_WATCH.name());
        assertThat(running.subList(running.indexOf("/api/v1"), running.size())).contains(Stage.NOT_FOUND.name());
    }

    @Test
    void interceptorsRunInTheOrderOfStages() throws ReflectiveOperationException {
        Annotation[] bindings = Stream.of(Transactional.class, Audited.class, Idempotent.class)
                .map(type -> Annotated.class.getAnnotation(type))
                .toArray(Annotation[]::new);

        assertThat(beans.resolveInterceptors(InterceptionType.AROUND_INVOKE, bindings))
                .extracting(interceptor -> interceptor.getBeanClass().getSimpleName())
                .containsExactly("TransactionalInterceptorRequired", "AuditInterceptor", "IdempotencyInterceptor");
        assertThat(Class.forName("io.quarkus.narayana.jta.runtime.interceptor.TransactionalInterceptorRequired")
                        .getAnnotation(Priority.class)
                        .value())
                .isEqualTo(Stage.TRANSACTION.order());
    }

    @Test
    void everyFilterAndInterceptorIsAStage() throws IOException {
        Map<Kind, Set<Integer>> declared = Map.of(
                Kind.REQUEST_FILTER, new TreeSet<>(), Kind.READER, new TreeSet<>(), Kind.INTERCEPTOR, new TreeSet<>());
        declared.get(Kind.INTERCEPTOR).add(Stage.TRANSACTION.order());
        Set<String> withoutPriority = new HashSet<>();
        for (Class<?> type : classes()) {
            Arrays.stream(type.getDeclaredMethods())
                    .map(method -> method.getAnnotation(ServerRequestFilter.class))
                    .filter(filter -> filter != null)
                    .forEach(filter -> declared.get(Kind.REQUEST_FILTER).add(filter.priority()));
            Kind kind = ReaderInterceptor.class.isAssignableFrom(type)
                    ? Kind.READER
                    : ContainerRequestFilter.class.isAssignableFrom(type)
                            ? Kind.REQUEST_FILTER
                            : type.isAnnotationPresent(Interceptor.class) ? Kind.INTERCEPTOR : null;
            if (kind != null) {
                Priority priority = type.getAnnotation(Priority.class);
                if (priority == null) {
                    withoutPriority.add(type.getName());
                } else {
                    declared.get(kind).add(priority.value());
                }
            }
        }

        assertThat(withoutPriority).isEmpty();
        declared.forEach((kind, priorities) -> assertThat(priorities)
                .as(kind.name())
                .containsExactlyElementsOf(Stream.of(Stage.values())
                        .filter(stage -> stage.kind() == kind)
                        .map(Stage::order)
                        .toList()));
    }

    @Test
    void onlyStagesOrderRoutes() throws IOException {
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
            assertThat(sources.filter(path -> path.toString().endsWith(".java"))
                            .filter(path -> !path.endsWith("Stage.java"))
                            .filter(path -> registersByItself(read(path))))
                    .isEmpty();
        }
    }

    @Test
    void contributingShowsTheStages() throws IOException {
        String table = Stream.of(Stage.values()).map(Stage::row).collect(Collectors.joining("\n"));

        assertThat(Files.readString(Path.of("../CONTRIBUTING.md"))).contains(table);
    }

    private static boolean registersByItself(String source) {
        return source.contains("@Observes Router")
                && source.lines().anyMatch(line -> line.matches(".*\\brouter\\.(route|get|post|options)\\(.*"));
    }

    private static List<Class<?>> classes() throws IOException {
        try (Stream<Path> files = Files.walk(CLASSES.resolve("io/agyn"))) {
            return files.map(CLASSES::relativize)
                    .map(Path::toString)
                    .filter(name -> name.endsWith(".class") && !name.contains("package-info"))
                    .sorted(Comparator.naturalOrder())
                    .<Class<?>>map(name -> load(
                            name.substring(0, name.length() - ".class".length()).replace('/', '.')))
                    .toList();
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name, false, StageTest.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String read(Path path) {
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Transactional
    @Audited
    @Idempotent
    private static final class Annotated {}
}
