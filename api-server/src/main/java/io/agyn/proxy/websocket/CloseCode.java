package io.agyn.proxy.websocket;

/** Close codes (RFC 6455, section 7.4, and IANA's registry). */
public final class CloseCode {
    public static final int NORMAL = 1000;
    public static final int PROTOCOL_ERROR = 1002;
    public static final int UNSUPPORTED_DATA = 1003;
    /** Stands for a close frame without a code; never sent. */
    public static final int NO_STATUS = 1005;
    /** Stands for a connection that ended without a close frame; never sent. */
    public static final int ABNORMAL = 1006;

    public static final int INVALID_PAYLOAD = 1007;
    public static final int POLICY_VIOLATION = 1008;
    public static final int TOO_BIG = 1009;
    public static final int INTERNAL_ERROR = 1011;
    public static final int SERVICE_RESTART = 1012;

    private static final int LAST_OF_PROTOCOL = 1014;
    private static final int FIRST_OF_LIBRARIES = 3000;
    private static final int LAST = 4999;

    private CloseCode() {}

    /** Whether a code may be in a close frame. */
    static boolean isValid(int code) {
        return code >= NORMAL && code <= LAST_OF_PROTOCOL && code != 1004 && code != NO_STATUS && code != ABNORMAL
                || code >= FIRST_OF_LIBRARIES && code <= LAST;
    }
}
