package io.agyn.console;

import static java.util.Objects.requireNonNull;

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

/** Reads forms, and refuses those that the session was not shown. */
@Provider
@Consumes(MediaType.APPLICATION_FORM_URLENCODED)
public class FormReader implements MessageBodyReader<Form> {
    /** The hidden field that proves that the session was shown the form. */
    static final String CSRF = "csrf";

    // The form of the sign-in page holds a token and an address.
    private static final int LARGEST_OF_STRANGERS = 8 << 10;

    private final BodyReader bodies;
    private final Session session;

    FormReader(BodyReader bodies, Session session) {
        this.bodies = requireNonNull(bodies, "bodies is null");
        this.session = requireNonNull(session, "session is null");
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
        return session.isSignedIn() ? BodyReader.LIMIT : LARGEST_OF_STRANGERS;
    }

    static Map<String, List<String>> parse(String body) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        try {
            for (String pair : body.split("&")) {
                if (pair.isEmpty()) {
                    continue;
                }
                String[] parts = pair.split("=", 2);
                // Browsers send all line ends as CR LF (HTML standard, 4.10.21.8); what was pasted mostly had LF.
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
