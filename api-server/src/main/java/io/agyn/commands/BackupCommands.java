package io.agyn.commands;

import io.agyn.operator.OperatorException;
import io.agyn.postgres.OnlineBackup;
import io.agyn.settings.Settings;
import io.agyn.settings.SettingsReader;
import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/** Commands for backups of the embedded database. */
final class BackupCommands {
    static final List<Command> ALL =
            List.of(new Command("backup", "<folder>", "back up the embedded PostgreSQL", """
                Copies the databases in the data folder to <folder>, which it creates with mode 0700. The server may run. The
                backup contains every change that was confirmed before it started, but not the keyset: copy that with
                "keyset backup", and store it separately. To restore, copy <folder> to a new data folder, add the keyset as
                keyset.json, and start the same release. For a PostgreSQL in AGYN_DATABASE_URL, use its own tools, such as
                pg_dump.
                """, BackupCommands::backUp));

    private BackupCommands() {}

    private static void backUp(List<String> arguments, PrintStream out) throws SQLException {
        Path target = Command.path(arguments.getFirst());
        Settings settings = SettingsReader.read();
        if (settings.database().url().filter(url -> !url.isBlank()).isPresent()) {
            throw new OperatorException(
                    "AGYN_DATABASE_URL is set, but this command backs up only the embedded PostgreSQL:"
                            + " use pg_dump, or the backups of the database's provider.");
        }
        try (CommandDatabase database = CommandDatabase.open(settings)) {
            long bytes = OnlineBackup.take(database.connection(), settings.dataDir(), target);
            out.printf(
                    "Copied the databases to %s (%d MiB). The keyset, which decrypts their credentials, is not"
                            + " included.%n",
                    target, bytes >> 20);
        }
    }
}
