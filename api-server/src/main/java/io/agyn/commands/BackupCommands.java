package io.agyn.commands;

import io.agyn.postgres.OnlineBackup;
import io.agyn.settings.OperatorException;
import io.agyn.settings.Settings;
import io.agyn.settings.SettingsReader;
import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/** Commands for backups of the embedded database. */
final class BackupCommands {
    static final List<Command> ALL = List.of(new Command(
            "backup", "<folder>", "copy the databases of the embedded PostgreSQL", """
                Copies the databases in the data folder to <folder>, which it makes with mode 0700, while the server runs or
                not. All that was answered before it began is in it. The keyset is not: copy it with "keyset backup", to
                another place. A data folder of the same release is made of the two by a copy of <folder> with the keyset in
                it as keyset.json. A PostgreSQL in AGYN_DATABASE_URL is backed up by its own tools, such as pg_dump.
                """, BackupCommands::backUp));

    private BackupCommands() {}

    private static void backUp(List<String> arguments, PrintStream out) throws SQLException {
        Path target = Command.path(arguments.getFirst());
        Settings settings = SettingsReader.read();
        if (settings.database().url().filter(url -> !url.isBlank()).isPresent()) {
            throw new OperatorException(
                    "AGYN_DATABASE_URL is set, and only the embedded PostgreSQL is backed up by this"
                            + " command: use pg_dump, or what the database's provider has for it.");
        }
        try (CommandDatabase database = CommandDatabase.open(settings)) {
            long bytes = OnlineBackup.take(database.connection(), settings.dataDir(), target);
            out.printf(
                    "Copied the databases to %s (%d MiB). What they hold is read with the keyset alone, which is not"
                            + " among them.%n",
                    target, bytes >> 20);
        }
    }
}
