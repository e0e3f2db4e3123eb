package io.agyn.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.restassured.filter.Filter;
import io.restassured.response.Response;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Every credential that the suite has sent to a server, or has got from one, and a search for where one of them lingers: as it
 * is, in hexadecimal, or in Base64. They are kept in a file, since several processes and class loaders run the suite.
 */
public final class SentCredentials {
    private static final Path FILE = Path.of("target/sent-credentials.base64");
    private static final Path SEARCHES = Path.of("target/credential-searches.txt");
    public static final String CLEAN = "nothing found";
    // Shorter ones, such as "v", are found everywhere.
    private static final int SHORTEST = 10;
    private static final int INDEXED = 8;
    private static final Pattern NOT_PRINTABLE = Pattern.compile("[^ -~]+");
    private static final Set<String> KNOWN = ConcurrentHashMap.newKeySet();

    private SentCredentials() {}

    /**
     * Records the traffic between RestAssured and a server; a problem that contains a credential of its request
     * fails.
     */
    public static Filter filter() {
        return (request, expected, context) -> {
            Set<String> sent = credentials(request.getBody());
            sent.forEach(SentCredentials::add);
            Response response = context.next(request, expected);
            if (response.statusCode() >= 400) {
                String problem = response.asString();
                if (sent.stream()
                        .anyMatch(credential -> credential.length() >= SHORTEST && problem.contains(credential))) {
                    throw new AssertionError("A problem shows a credential: " + problem);
                }
            } else if (request.getURI().contains("/api-tokens")) {
                credentials(response.asString()).forEach(SentCredentials::add);
            }
            return response;
        };
    }

    /** Records a credential and its printable parts, since a log may replace the characters between them. */
    public static void add(String credential) {
        addOne(credential);
        for (String part : NOT_PRINTABLE.split(credential)) {
            addOne(part);
        }
    }

    private static void addOne(String credential) {
        if (credential.length() < SHORTEST || !KNOWN.add(credential)) {
            return;
        }
        try {
            Files.createDirectories(FILE.getParent());
            // One line each, also where the credential has several.
            String line = Base64.getEncoder().encodeToString(credential.getBytes(UTF_8));
            Files.writeString(FILE, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The recorded credentials. */
    public static Set<String> all() {
        try {
            return Files.readAllLines(FILE).stream()
                    .map(line -> new String(Base64.getDecoder().decode(line), UTF_8))
                    .collect(Collectors.toSet());
        } catch (NoSuchFileException e) {
            return Set.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The recorded credentials in a text. */
    public static Set<String> in(String text) {
        return new Search(all()).in(text.getBytes(UTF_8));
    }

    /**
     * Searches a database's files, and keeps the findings for {@code NoCredentialLingersIT}, since test resources
     * cannot fail tests.
     */
    public static void search(Path database) throws IOException {
        Set<String> found = under(database, file -> true);
        Files.writeString(
                SEARCHES,
                (found.isEmpty() ? CLEAN : found) + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    /** The findings of {@link #search} since the last call; {@link #CLEAN} if there are none. */
    public static List<String> takeSearches() throws IOException {
        List<String> searches = Files.readAllLines(SEARCHES);
        Files.delete(SEARCHES);
        return searches;
    }

    /** The recorded credentials in files, as sentences that name the file. */
    public static Set<String> under(Path folder, Predicate<Path> which) {
        Search search = new Search(all());
        Set<String> found = new TreeSet<>();
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    if (attributes.isRegularFile() && which.test(file)) {
                        try {
                            search.in(Files.readAllBytes(file))
                                    .forEach(credential -> found.add(file + " shows " + credential));
                        } catch (NoSuchFileException e) {
                            // A running database deletes files.
                        }
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException failure) {
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static Set<String> credentials(Object body) {
        Set<String> found = new HashSet<>();
        if (body instanceof String text && text.startsWith("{")) {
            try {
                JsonObject json = new JsonObject(text);
                addFields(json, found);
                if (json.getValue("config") instanceof JsonObject config) {
                    addFields(config, found);
                }
                if (json.getValue("custom_headers") instanceof JsonObject headers) {
                    headers.forEach(header -> {
                        if (header.getValue() instanceof String credential) {
                            found.add(credential);
                        }
                    });
                }
            } catch (DecodeException e) {
                // A body that is malformed on purpose.
            }
        }
        return found;
    }

    private static void addFields(JsonObject json, Set<String> found) {
        for (String field : List.of("value", "token", "secret_id")) {
            if (json.getValue(field) instanceof String credential) {
                found.add(credential);
            }
        }
    }

    /** Finds many texts at once, by the first bytes of each. */
    private static final class Search {
        private final Map<Long, Map<String, byte[]>> byPrefix = new HashMap<>();

        Search(Set<String> credentials) {
            for (String credential : credentials) {
                byte[] bytes = credential.getBytes(UTF_8);
                index(credential, bytes);
                index(credential, HexFormat.of().formatHex(bytes).getBytes(UTF_8));
                index(credential, Base64.getEncoder().withoutPadding().encode(bytes));
            }
        }

        private void index(String credential, byte[] bytes) {
            long prefix = 0;
            for (int i = 0; i < INDEXED; i++) {
                prefix = prefix << 8 | bytes[i] & 0xFF;
            }
            byPrefix.computeIfAbsent(prefix, any -> new HashMap<>()).put(credential, bytes);
        }

        Set<String> in(byte[] bytes) {
            Set<String> found = new TreeSet<>();
            long window = 0;
            for (int i = 0; i < bytes.length; i++) {
                window = window << 8 | bytes[i] & 0xFF;
                // Most of a database's files is zeros.
                if (window != 0 && i >= INDEXED - 1 && byPrefix.containsKey(window)) {
                    int start = i - INDEXED + 1;
                    byPrefix.get(window).forEach((credential, form) -> {
                        if (matches(bytes, start, form)) {
                            found.add(credential);
                        }
                    });
                }
            }
            return found;
        }

        private static boolean matches(byte[] bytes, int start, byte[] form) {
            if (start + form.length > bytes.length) {
                return false;
            }
            for (int i = 0; i < form.length; i++) {
                if (bytes[start + i] != form[i]) {
                    return false;
                }
            }
            return true;
        }
    }
}
