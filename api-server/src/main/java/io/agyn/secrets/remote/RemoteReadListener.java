package io.agyn.secrets.remote;

import io.agyn.vault.VaultException;

/** Is told about the reads of remote secrets, on a virtual thread; calls do not wait for it. */
public interface RemoteReadListener {
    void onRead(RemoteReference reference, RemoteValue value);

    void onFailure(RemoteReference reference, VaultException failure);
}
