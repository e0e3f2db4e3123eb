package io.agyn.commands;

import io.agyn.audit.AuditVerification;
import io.agyn.keys.Keyset;
import io.agyn.keys.KeysetFile;
import io.agyn.keys.rotation.KeysetCheck;
import io.agyn.operator.OperatorException;
import io.agyn.settings.Settings;
import io.agyn.settings.SettingsReader;
import java.io.PrintStream;
import java.sql.SQLException;
import java.util.List;

/** Commands for the audit log. */
final class AuditCommands {
    static final List<Command> ALL = List.of(
            new Command("audit verify", "", "check that no audit event was changed", """
                Reads the whole audit log and reports events that were altered, removed or inserted, with the epoch of their
                audit key. The hash of each event is keyed with the keyset: an attacker who can write the database but has no
                keyset cannot hide changes. Restoring the whole database to an earlier state goes undetected: keep the output
                of this command.
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
            throw new OperatorException("The audit log was tampered with. " + String.join(" ", result.faults()));
        }
        long events =
                result.events().values().stream().mapToLong(Long::longValue).sum();
        out.printf("The audit log is intact: %d events, none altered, removed or inserted.%n", events);
        if (result.events().size() > 1) {
            result.events().forEach((key, count) -> out.printf("Epoch of key %s: %d events.%n", key, count));
        }
    }
}
