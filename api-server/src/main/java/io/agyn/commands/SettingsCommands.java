package io.agyn.commands;

import io.agyn.commands.Command.UsageException;
import io.agyn.settings.SettingsCatalog;
import java.io.PrintStream;
import java.util.List;

/** The command that lists the settings. */
final class SettingsCommands {
    static final List<Command> ALL = List.of(new Command(
            "settings", "[<format>]", "list the environment variables of the server", """
                Prints each setting with its default and its meaning. The format is "text" or "markdown"; the second is that of
                the reference page.
                """, SettingsCommands::list));

    private SettingsCommands() {}

    private static void list(List<String> arguments, PrintStream out) {
        String format = arguments.isEmpty() ? "text" : arguments.getFirst();
        switch (format) {
            case "text" ->
                SettingsCatalog.ALL.forEach(entry -> out.printf(
                        "%s%s%n    %s%n",
                        entry.variable(),
                        entry.defaultText().isEmpty() ? "" : " (default: " + entry.defaultText() + ")",
                        entry.description()));
            case "markdown" -> out.print(SettingsCatalog.markdown());
            default -> throw new UsageException("\"" + format + "\" is not text or markdown.");
        }
    }
}
