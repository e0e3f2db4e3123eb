package io.agyn.commands;

import io.agyn.audit.AuditVerification;
import io.agyn.keys.Keyset;
import io.agyn.keys.KeysetCheck;
import io.agyn.keys.KeysetFile;
import io.agyn.settings.OperatorException;
import io.agyn.settings.Settings;
import io.agyn.settings.SettingsReader;
import java.io.PrintStream;
import java.sql.SQLException;
import java.util.List;

/** Commands for the audit log. */
final class AuditCommands {
    static final List<Command> ALL = List.of(
            new Command("audit verify", "", "check that no audit event was changed", """
                Reads the whole audit log and says whether an event was altered, removed or slipped in since the server has
                written it, and in the epoch of which audit key. Each event's hash is keyed with the keyset: who can write the
                database, and has no keyset, cannot hide what they did. Whoever puts all of the database back to an earlier
                state can: keep what this prints.
                """, AuditCommands::verify));

    private AuditCommands() {}

    private static void verify(List<String> arguments, PrintStream out) throws SQLException {
        Settings settings = SettingsReader.read();
        Keyset keyset = KeysetFile.of(settings).read();
        AuditVerification.Result result;
        try (CommandDatabase database = CommandDatabase.open(settings)) {
            KeysetCheck.require(database.connection(), keyset);
            result = new AuditVerification(keyset).verify(database.connection());
        }
        if (!result.faults().isEmpty()) {
            throw new OperatorException(
                    "The audit log was changed behind the server's back. " + String.join(" ", result.faults()));
        }
        long events =
                result.events().values().stream().mapToLong(Long::longValue).sum();
        out.printf("The audit log holds: %d events, none altered, removed or slipped in.%n", events);
        if (result.events().size() > 1) {
            result.events().forEach((key, count) -> out.printf("Epoch of key %s: %d events.%n", key, count));
        }
    }
}
