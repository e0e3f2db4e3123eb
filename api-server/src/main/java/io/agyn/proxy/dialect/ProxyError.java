package io.agyn.proxy.dialect;

import io.agyn.proxy.dialect.ProxyError.Kind;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An error of the proxy, independent of the caller's dialect.
 *
 * @param kind the kind of error
 * @param message the problem and its solution, for a person; never contains a credential or an address
 * @param parameter the invalid header or body field
 * @param detail a longer message for members who test the model
 * @param headers additional headers of the response, or of its WebSocket event
 */
public record ProxyError(
        Kind kind,
        String message,
        @Nullable String parameter,
        @Nullable String detail,
        List<Map.Entry<String, String>> headers) {

    /** Kinds of errors, with their status (RFC 9110) and their names in each dialect. */
    public enum Kind {
        INVALID_REQUEST(400, "invalid_request_error", "invalid_request", "invalid_request_error"),
        MISSING_PARAMETER(400, "invalid_request_error", "missing_required_parameter", "invalid_request_error"),
        UNAUTHENTICATED(401, "invalid_request_error", "invalid_api_key", "authentication_error"),
        INSUFFICIENT_SCOPE(403, "invalid_request_error", "insufficient_scope", "permission_error"),
        MODEL_NOT_ALLOWED(403, "invalid_request_error", "model_not_allowed", "permission_error"),
        MODEL_NOT_FOUND(404, "invalid_request_error", "model_not_found", "not_found_error"),
        PREVIOUS_RESPONSE_NOT_FOUND(
                400, "invalid_request_error", "previous_response_not_found", "invalid_request_error"),
        STORED_OBJECT_NOT_FOUND(404, "invalid_request_error", null, "not_found_error"),
        NOT_FOUND(404, "invalid_request_error", "not_found", "not_found_error"),
        METHOD_NOT_ALLOWED(405, "invalid_request_error", "method_not_allowed", "invalid_request_error"),
        REQUEST_TIMED_OUT(408, "invalid_request_error", "request_timed_out", "invalid_request_error"),
        REQUEST_TOO_LARGE(413, "invalid_request_error", "request_too_large", "request_too_large"),
        UNSUPPORTED_ENCODING(415, "invalid_request_error", "unsupported_content_encoding", "invalid_request_error"),
        UPGRADE_REQUIRED(426, "invalid_request_error", "upgrade_not_supported", "invalid_request_error"),
        TOO_MANY_REQUESTS(429, "requests", "rate_limit_exceeded", "rate_limit_error"),
        TOO_MANY_CALLS(429, "requests", "rate_limit_exceeded", "rate_limit_error"),
        /** A limit that is available again within an hour. */
        CALL_LIMIT_REACHED(429, "requests", "rate_limit_exceeded", "rate_limit_error"),
        /** A limit of a day, week or month; SDKs and agents do not retry this code of OpenAI. */
        BUDGET_REACHED(429, "insufficient_quota", "insufficient_quota", "rate_limit_error"),
        INTERNAL(500, "server_error", "server_error", "api_error"),
        PROVIDER_UNREACHABLE(502, "server_error", "provider_unreachable", "api_error"),
        PROVIDER_REDIRECTS(502, "server_error", "provider_redirects", "api_error"),
        PROVIDER_BROKE_OFF(502, "server_error", "provider_broke_off", "api_error"),
        PROVIDER_INVALID_RESPONSE(502, "server_error", "provider_invalid_response", "api_error"),
        CREDENTIAL_UNAVAILABLE(502, "server_error", "credential_unavailable", "api_error"),
        CREDENTIALS_UNUSABLE(502, "server_error", "credentials_unusable", "api_error"),
        UNAVAILABLE(503, "server_error", "unavailable", "overloaded_error"),
        PROVIDER_TIMED_OUT(504, "server_error", "provider_timed_out", "timeout_error"),
        LOOP_DETECTED(508, "invalid_request_error", "loop_detected", "invalid_request_error");

        private final int status;
        private final String openAiType;
        private final @Nullable String openAiCode;
        private final String anthropicType;
        private final String code = name().toLowerCase(Locale.ROOT);

        Kind(int status, String openAiType, @Nullable String openAiCode, String anthropicType) {
            this.status = status;
            this.openAiType = openAiType;
            this.openAiCode = openAiCode;
            this.anthropicType = anthropicType;
        }

        public int status() {
            return status;
        }

        /** The kind's name in headers and metrics. */
        public String code() {
            return code;
        }

        String openAiType() {
            return openAiType;
        }

        @Nullable
        String openAiCode() {
            return openAiCode;
        }

        String anthropicType() {
            return anthropicType;
        }
    }

    /** The server stops, and its time to finish calls is over. */
    public static final ProxyError STOPPING = of(Kind.UNAVAILABLE, "This server is stopping; send the call again.");

    public static ProxyError of(Kind kind, String message) {
        return new ProxyError(kind, message, null, null, List.of());
    }

    /** Returns the error with the name of the invalid field or header. */
    public ProxyError about(String name) {
        return new ProxyError(kind, message, name, detail, headers);
    }

    /** Returns the error with additional headers. */
    public ProxyError with(List<Map.Entry<String, String>> added) {
        return new ProxyError(kind, message, parameter, detail, List.copyOf(added));
    }

    /** Returns the error with a longer message for members who test the model. */
    public ProxyError withDetail(String text) {
        return new ProxyError(kind, message, parameter, text, headers);
    }

    /** Returns the error as shown to members who test the model. */
    public ProxyError detailed() {
        return detail == null ? this : new ProxyError(kind, detail, parameter, null, headers);
    }

    public int status() {
        return kind.status();
    }
}
