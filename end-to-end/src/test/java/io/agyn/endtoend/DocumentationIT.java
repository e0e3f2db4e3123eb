package io.agyn.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/** Links, make targets and shell variables of the documentation. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class DocumentationIT {

    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern CODE = Pattern.compile("(?ms)^```.*?^```$");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");
    private static final Pattern MAKE = Pattern.compile("(?m)(?:^|`)make ([a-z][a-z-]*)");
    private static final Pattern TARGET = Pattern.compile("(?m)^([a-z][a-z-]*):");
    // Variables of the documentation are upper case; ${@:2} and $1 are the shell's.
    private static final Pattern USED = Pattern.compile("\\$\\{?([A-Z][A-Z_]*)");
    private static final Pattern SET = Pattern.compile("(?:^|[\\s(;])(?:export )?([A-Z][A-Z_]*)=", Pattern.MULTILINE);

    @TestFactory
    Stream<DynamicTest> everyLinkHasATarget() throws IOException {
        return pages().map(page -> DynamicTest.dynamicTest(
                name(page), () -> assertThat(brokenLinks(page)).isEmpty()));
    }

    @TestFactory
    Stream<DynamicTest> everyShellVariableIsSetEarlier() throws IOException {
        return pages().map(page -> DynamicTest.dynamicTest(
                name(page), () -> assertThat(unsetVariables(page)).isEmpty()));
    }

    @Test
    void everyMakeTargetExists() throws IOException {
        Set<String> targets = TARGET.matcher(Files.readString(Checkout.file("Makefile")))
                .results()
                .map(target -> target.group(1))
                .collect(Collectors.toSet());
        for (Path page : pages().toList()) {
            assertThat(MAKE.matcher(Files.readString(page)).results().map(target -> target.group(1)))
                    .as(name(page))
                    .isSubsetOf(targets);
        }
    }

    private static List<String> brokenLinks(Path page) throws IOException {
        List<String> broken = new ArrayList<>();
        String prose = CODE.matcher(Files.readString(page)).replaceAll("");
        for (MatchResult link : LINK.matcher(prose).results().toList()) {
            String target = link.group(1);
            if (target.matches("[a-z]+:.*")) {
                continue;
            }
            String[] parts = target.split("#", 2);
            Path file = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]);
            if (!Files.exists(file) || parts.length == 2 && !anchors(file).contains(parts[1])) {
                broken.add(target);
            }
        }
        return broken;
    }

    /** The anchors of headings, as GitHub derives them. */
    private static Set<String> anchors(Path page) throws IOException {
        return HEADING.matcher(CODE.matcher(Files.readString(page)).replaceAll(""))
                .results()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    private static List<String> unsetVariables(Path page) throws IOException {
        List<String> unset = new ArrayList<>();
        Set<String> set = new HashSet<>(Set.of("HOME", "PATH"));
        for (String line : String.join("", DocumentedShell.of(page)).split("\n")) {
            SET.matcher(line).results().forEach(variable -> set.add(variable.group(1)));
            USED.matcher(line)
                    .results()
                    .map(variable -> variable.group(1))
                    .filter(variable -> !set.contains(variable))
                    .forEach(unset::add);
        }
        return unset;
    }

    /** Hand-written Markdown. */
    private static Stream<Path> pages() throws IOException {
        Path root = Checkout.file("README.md").getParent();
        List<Path> pages = new ArrayList<>();
        try (Stream<Path> files = Files.list(root)) {
            files.filter(DocumentationIT::isPage).forEach(pages::add);
        }
        for (String folder : List.of("bench", "docs", "examples", "modules", "scripted-provider")) {
            try (Stream<Path> files = Files.walk(root.resolve(folder))) {
                files.filter(DocumentationIT::isPage)
                        .filter(file -> !name(file).matches(".*/(target|node_modules)/.*"))
                        .forEach(pages::add);
            }
        }
        return pages.stream().sorted();
    }

    private static boolean isPage(Path file) {
        return file.getFileName().toString().endsWith(".md");
    }

    private static String name(Path page) {
        return Checkout.file("README.md").getParent().relativize(page).toString();
    }
}
