package io.agyn.keys;

import static java.util.Objects.requireNonNull;

import io.agyn.changes.ChangeFeedHook;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Announces the keys that this server has loaded, for the commands. */
@Singleton
class KeysetAnnouncement implements ChangeFeedHook {
    private final LiveKeyset keys;
    private @Nullable Connection connection;
    private Optional<Keyset> announced = Optional.empty();

    KeysetAnnouncement(LiveKeyset keys) {
        this.keys = requireNonNull(keys, "keys is null");
    }

    @Override
    public void onPoll(Connection current) throws SQLException {
        if (current != connection) {
            connection = current;
            announced = Optional.empty();
        }
        Keyset keyset = keys.current();
        if (announced.filter(before -> before == keyset).isEmpty()) {
            ServerKeys.announce(current, announced, keyset);
            announced = Optional.of(keyset);
        }
    }
}
