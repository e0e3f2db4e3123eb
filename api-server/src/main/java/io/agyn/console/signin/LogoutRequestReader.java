package io.agyn.console.signin;

import static java.util.Objects.requireNonNull;

import io.agyn.console.forms.FormReader;
import io.agyn.contract.BodyReader;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.MessageBodyReader;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Reads the form of a logout request, which has no CSRF token. */
@Provider
@Consumes(MediaType.APPLICATION_FORM_URLENCODED)
public class LogoutRequestReader implements MessageBodyReader<LogoutRequest> {
    private static final int LIMIT = 32 << 10;

    private final BodyReader bodies;

    LogoutRequestReader(BodyReader bodies) {
        this.bodies = requireNonNull(bodies, "bodies is null");
    }

    @Override
    public boolean isReadable(Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
        return type == LogoutRequest.class;
    }

    @Override
    public LogoutRequest readFrom(
            Class<LogoutRequest> type,
            Type genericType,
            Annotation[] annotations,
            MediaType mediaType,
            MultivaluedMap<String, String> httpHeaders,
            InputStream stream)
            throws IOException {
        String body = new String(bodies.limited(stream, LIMIT), StandardCharsets.UTF_8);
        return new LogoutRequest(
                FormReader.parse(body).getOrDefault("logout_token", List.of("")).getFirst());
    }
}
