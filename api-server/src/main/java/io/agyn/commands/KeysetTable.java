package io.agyn.commands;

import io.agyn.audit.AuditSeals;
import io.agyn.keys.KeyId;
import io.agyn.keys.KeyPurpose;
import io.agyn.keys.Keyset;
import io.agyn.keys.ServerKeys;
import io.agyn.keys.rotation.KeyUse;
import io.agyn.keys.rotation.KeysetVerification;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The output of {@code keyset list}: the keys of the keyset and of the database. */
final class KeysetTable {
    private final List<List<String>> lines = new ArrayList<>();

    private KeysetTable() {}

    /** Counts the uses of each key. */
    static KeysetTable read(Keyset keyset, Connection connection) throws SQLException {
        KeyUse rows = KeyUse.count(connection);
        Map<KeyId, Long> fingerprints =
                KeysetVerification.run(connection, keyset).fingerprints();
        Map<KeyId, Long> hashes = new AuditSeals(keyset).count(connection);
        List<ServerKeys> servers = ServerKeys.read(connection);
        Map<KeyPurpose, Set<KeyId>> inDatabase = Map.of(
                KeyPurpose.ENCRYPTION, rows.keys(),
                KeyPurpose.FINGERPRINT, fingerprints.keySet(),
                KeyPurpose.AUDIT, hashes.keySet());
        KeysetTable table = new KeysetTable();
        table.lines.add(List.of("key", "for", "state", "servers", "needed by"));
        for (KeyPurpose purpose : KeyPurpose.values()) {
            Set<KeyId> keys = new LinkedHashSet<>(keyset.keys(purpose));
            keys.addAll(inDatabase.get(purpose));
            for (KeyId key : keys) {
                long having = servers.stream()
                        .filter(server -> server.keys().contains(key))
                        .count();
                String need =
                        switch (purpose) {
                            case ENCRYPTION -> rows.describe(key);
                            case FINGERPRINT -> describe("fingerprints", fingerprints.getOrDefault(key, 0L));
                            case AUDIT -> describe("audit log", hashes.getOrDefault(key, 0L));
                        };
                table.lines.add(List.of(
                        key.toString(),
                        purpose.toString(),
                        state(keyset, purpose, key),
                        having + " of " + servers.size(),
                        need.isEmpty() ? "nothing" : need));
            }
        }
        return table;
    }

    void print(PrintStream out) {
        for (List<String> line : lines) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < line.size(); i++) {
                int column = i;
                int width = lines.stream()
                        .mapToInt(other -> other.get(column).length())
                        .max()
                        .orElse(0);
                text.append(("%-" + (width + 2) + "s").formatted(line.get(column)));
            }
            out.println(text.toString().stripTrailing());
        }
    }

    private static String describe(String what, long count) {
        return count == 0 ? "" : what + ": " + count;
    }

    private static String state(Keyset keyset, KeyPurpose purpose, KeyId key) {
        if (!keyset.keys(purpose).contains(key)) {
            return "missing";
        }
        if (keyset.primary(purpose).equals(key)) {
            return "primary";
        }
        return purpose == KeyPurpose.ENCRYPTION ? "decrypts" : "verifies";
    }
}
