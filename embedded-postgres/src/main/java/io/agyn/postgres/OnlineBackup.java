package io.agyn.postgres;

import static java.util.Objects.requireNonNull;

import io.agyn.operator.OperatorException;
import io.agyn.operator.PrivateFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;

/**
 * Copies the databases of a data folder while they are in use, with PostgreSQL's interface for <a
 * href="https://www.postgresql.org/docs/18/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP">low-level
 * backups</a>, since the embedded binaries do not include its client programs.
 *
 * <p>Files are copied in any state. When PostgreSQL first starts on the copy, it makes them consistent from the
 * write-ahead log (WAL), which is copied last.
 */
public final class OnlineBackup {
    private static final String CONTROL = "global/pg_control";
    private static final String WAL = "pg_wal";
    private static final String WAL_SEGMENT = "[0-9A-F]{24}";
    // Recreated at each start, and excluded by PostgreSQL's own tools.
    private static final Set<String> RECREATED = Set.of(
            "pg_dynshmem", "pg_notify", "pg_replslot", "pg_serial", "pg_snapshots", "pg_stat_tmp", "pg_subtrans");
    private static final Set<String> RUNTIME_FILES =
            Set.of("postmaster.pid", "postmaster.opts", "backup_label", "backup_label.old", "tablespace_map", CONTROL);

    // Keeps the WAL from being recycled before it is copied. The slot ends with the connection.
    private static final String KEEP_WAL =
            "select pg_create_physical_replication_slot('agyn_backup_' || pg_backend_pid(), true, true)";
    private static final String START = "select pg_walfile_name(pg_backup_start('agyn-server backup', true))";
    private static final String STOP = "select pg_walfile_name(lsn), labelfile from pg_backup_stop(false)";

    private final Connection connection;
    private final Path cluster;
    private final DurableCopy copy;

    private OnlineBackup(Connection connection, Path cluster, DurableCopy copy) {
        this.connection = connection;
        this.cluster = cluster;
        this.copy = copy;
    }

    /**
     * Creates a folder that can replace the data folder, once the keyset is added. It is renamed to its final name
     * when everything is on disk, so that an interrupted backup leaves no folder of that name.
     *
     * @param connection a connection that nobody else uses
     * @param dataFolder the server's data folder
     * @param target the new folder; its parent must exist
     * @return the number of copied bytes
     * @throws OperatorException if the folder exists or cannot be written
     * @throws SQLException if PostgreSQL aborts the backup
     */
    public static long take(Connection connection, Path dataFolder, Path target) throws SQLException {
        requireNonNull(connection, "connection is null");
        Path cluster = Cluster.folder(requireNonNull(dataFolder, "dataFolder is null"));
        if (Files.exists(requireNonNull(target, "target is null"), LinkOption.NOFOLLOW_LINKS)) {
            throw new OperatorException(target + " already exists and is never overwritten: name another folder.");
        }
        try {
            Path parent = PrivateFile.folderOf(target).toRealPath();
            if (parent.startsWith(cluster.toRealPath())) {
                throw new OperatorException(
                        target + " is within PostgreSQL's own folder: name one outside of " + cluster + ".");
            }
            Path draft = Files.createTempDirectory(parent, "." + target.getFileName() + ".");
            try {
                DurableCopy copy = new DurableCopy(cluster, draft.resolve(cluster.getFileName()));
                new OnlineBackup(connection, cluster, copy).run();
                copyPassword(dataFolder, draft);
                Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
                PrivateFile.syncFolder(parent);
                return copy.bytes();
            } finally {
                Folders.delete(draft);
            }
        } catch (IOException e) {
            throw new OperatorException(
                    "The backup " + target + " cannot be created (" + OperatorException.reason(e)
                            + "): free disk space, and name a new folder in an existing, writable one.",
                    e);
        }
    }

    private void run() throws SQLException, IOException {
        String firstSegment;
        String lastSegment;
        String label;
        try (Statement statement = connection.createStatement()) {
            statement.execute(KEEP_WAL);
            try (ResultSet row = statement.executeQuery(START)) {
                row.next();
                firstSegment = row.getString(1);
            }
            copy.all(OnlineBackup::isCopied);
            copy.stable(CONTROL);
            try (ResultSet row = statement.executeQuery(STOP)) {
                row.next();
                lastSegment = row.getString(1);
                label = row.getString(2);
            }
        }
        try (DirectoryStream<Path> segments = Files.newDirectoryStream(cluster.resolve(WAL))) {
            for (Path segment : segments) {
                String name = segment.getFileName().toString();
                if (name.endsWith(".history")
                        || name.matches(WAL_SEGMENT)
                                && name.compareTo(firstSegment) >= 0
                                && name.compareTo(lastSegment) <= 0) {
                    copy.one(WAL + "/" + name);
                }
            }
        }
        copy.add("backup_label", label.getBytes(StandardCharsets.UTF_8));
        copy.finish();
    }

    private static boolean isCopied(Path path) {
        String name = path.getFileName().toString();
        boolean isOfItsFolder = path.getNameCount() > 1;
        return !RUNTIME_FILES.contains(path.toString())
                && !(isOfItsFolder && RECREATED.contains(path.getName(0).toString()))
                && !(isOfItsFolder && path.startsWith(WAL))
                && !name.startsWith("pgsql_tmp")
                && !name.startsWith("pg_internal.init");
    }

    private static void copyPassword(Path dataFolder, Path draft) throws IOException {
        String password = Cluster.password(Cluster.passwordFile(dataFolder));
        PrivateFile.create(Cluster.passwordFile(draft), (password + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
