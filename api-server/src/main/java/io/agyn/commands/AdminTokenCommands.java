package io.agyn.commands;

import io.agyn.audit.AuditWriter;
import io.agyn.keys.Keyset;
import io.agyn.keys.KeysetFile;
import io.agyn.keys.rotation.KeysetCheck;
import io.agyn.operator.OperatorException;
import io.agyn.operator.PrivateFile;
import io.agyn.settings.Settings;
import io.agyn.settings.SettingsReader;
import io.agyn.tokens.AdminTokenRecovery;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Commands for API tokens of cluster admins. */
final class AdminTokenCommands {
    private static final String NAME = "admin-token create";

    static final List<Command> ALL = List.of(new Command(
            NAME, "[<file>]", "create a new API token for a cluster admin", """
                Creates a new API token for the first cluster admin, in case all were lost, and writes it to <file>, a new file
                with mode 0600, or to standard output. Existing tokens stay valid: revoke lost ones over the API.
                """, AdminTokenCommands::create));

    private AdminTokenCommands() {}

    private static void create(List<String> arguments, PrintStream out) throws SQLException {
        Settings settings = SettingsReader.read();
        try (CommandDatabase database = CommandDatabase.open(settings)) {
            Connection connection = database.connection();
            Keyset keyset = KeysetFile.of(settings).read();
            KeysetCheck.require(connection, keyset);
            // Committed only after the output has been written.
            connection.setAutoCommit(false);
            AdminTokenRecovery.Created created = AdminTokenRecovery.create(connection);
            AuditWriter audit = new AuditWriter(() -> keyset);
            if (arguments.isEmpty()) {
                audit.addCommand(connection, NAME);
                out.println(created.plaintext().reveal());
            } else {
                Path file = Command.path(arguments.getFirst());
                write(file, created.plaintext().reveal() + "\n");
                audit.addCommand(connection, NAME);
                out.println("Wrote a new API token of the cluster admin " + created.userName() + " to " + file + ".");
            }
        }
    }

    private static void write(Path file, String content) {
        try {
            PrivateFile.create(file, content.getBytes(StandardCharsets.UTF_8));
        } catch (FileAlreadyExistsException e) {
            throw new OperatorException(
                    "The file " + file + " already exists and is never overwritten: name another file.", e);
        } catch (IOException e) {
            throw new OperatorException(
                    "The token cannot be written to " + file + " (" + OperatorException.reason(e)
                            + "): name a file in a folder that exists and is writable.",
                    e);
        }
    }
}
