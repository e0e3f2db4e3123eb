package io.agyn.console.forms;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Caller;
import io.agyn.console.session.Session;
import io.agyn.contract.BodyReader;
import io.agyn.problems.ProblemException;
import io.agyn.problems.ProblemKind;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.MessageBodyReader;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads forms and checks their CSRF token. */
@Provider
@Consumes(MediaType.APPLICATION_FORM_URLENCODED)
public class FormReader implements MessageBodyReader<Form> {
    private static final String CSRF = "csrf";

    // The sign-in form has only a token and a path.
    private static final int ANONYMOUS_LIMIT = 8 << 10;

    private final BodyReader bodies;
    private final Session session;
    private final Caller caller;

    FormReader(BodyReader bodies, Session session, Caller caller) {
        this.bodies = requireNonNull(bodies, "bodies is null");
        this.session = requireNonNull(session, "session is null");
        this.caller = requireNonNull(caller, "caller is null");
    }

    @Override
    public boolean isReadable(Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
        return type == Form.class;
    }

    @Override
    public Form readFrom(
            Class<Form> type,
            Type genericType,
            Annotation[] annotations,
            MediaType mediaType,
            MultivaluedMap<String, String> httpHeaders,
            InputStream stream)
            throws IOException {
        Form form = Form.of(parse(new String(bodies.limited(stream, limit()), StandardCharsets.UTF_8)));
        session.requireCsrf(form.text(CSRF));
        return form;
    }

    private int limit() {
        return caller.authenticated().isEmpty() ? ANONYMOUS_LIMIT : BodyReader.LIMIT;
    }

    /** Parses a form without checking its CSRF token. */
    public static Map<String, List<String>> parse(String body) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        try {
            for (String pair : body.split("&")) {
                if (pair.isEmpty()) {
                    continue;
                }
                String[] parts = pair.split("=", 2);
                // Browsers send line breaks as CR LF (HTML standard, 4.10.21.8); pasted text mostly had LF.
                String value = parts.length == 1 ? "" : decode(parts[1]).replace("\r\n", "\n");
                values.computeIfAbsent(decode(parts[0]), name -> new ArrayList<>())
                        .add(value);
            }
        } catch (IllegalArgumentException e) {
            throw new ProblemException(
                    ProblemKind.INVALID_REQUEST, "The form cannot be read. Reload the page and send it again.");
        }
        return values;
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
