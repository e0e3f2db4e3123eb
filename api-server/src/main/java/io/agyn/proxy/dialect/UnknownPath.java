package io.agyn.proxy.dialect;

import io.agyn.proxy.dialect.ProxyError.Kind;
import java.util.List;

/** The error for a path below {@code /v1} that the LLM Proxy does not serve. */
public final class UnknownPath {
    // A list of files shows the whole account, and an upload names no model.
    private static final List<String> FILES = List.of("/files", "/uploads", "/vector_stores", "/batches");

    private UnknownPath() {}

    public static ProxyError error(String callerPath, Dialect dialect) {
        return ProxyError.of(Kind.NOT_FOUND, message(callerPath, dialect));
    }

    private static String message(String callerPath, Dialect dialect) {
        String path = callerPath.substring(Operation.ROOT.length());
        if (FILES.stream().anyMatch(prefix -> path.equals(prefix) || path.startsWith(prefix + "/"))) {
            return switch (dialect) {
                case OPENAI ->
                    "Files are not available through this server: send the content in the call, as input_file with"
                            + " file_data or image_url with a data URL.";
                case ANTHROPIC ->
                    "Files are not available through this server: send the content in the message, as a base64"
                            + " source.";
            };
        }
        return "Unknown path; the LLM Proxy serves POST /v1/responses, POST /v1/messages, GET /v1/models and the paths in"
                + " its documentation.";
    }
}
