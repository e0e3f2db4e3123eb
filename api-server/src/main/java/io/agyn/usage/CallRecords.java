package io.agyn.usage;

import jakarta.inject.Singleton;

/** stub */
@Singleton
public class CallRecords {
    public void add(CallRecord record) {}
}
