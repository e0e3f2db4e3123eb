package io.agyn.endtoend;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** The shell commands on a page of the documentation. */
final class DocumentedShell {

    private static final Pattern BLOCK = Pattern.compile("(?ms)^```sh\n(.*?)^```");

    private DocumentedShell() {}

    /** The code blocks of a page, in order. */
    static List<String> of(Path page) throws IOException {
        return in(Files.readString(page));
    }

    /** The code blocks of a section, up to the next heading of any level. */
    static List<String> of(Path page, String heading) throws IOException {
        return Pattern.compile("(?ms)^#+ " + Pattern.quote(heading) + "\n(.*?)(?=^#+ |\\z)")
                .matcher(Files.readString(page))
                .results()
                .flatMap(section -> in(section.group(1)).stream())
                .toList();
    }

    private static List<String> in(String text) {
        return BLOCK.matcher(text).results().map(block -> block.group(1)).toList();
    }
}
