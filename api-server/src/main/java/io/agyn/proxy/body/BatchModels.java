package io.agyn.proxy.body;

import io.agyn.proxy.body.JsonScanner.Then;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the model of each request in a batch of the Messages API: {@code requests[].params.model}. It is as strict as {@link
 * RequestFields}, at each of the three levels.
 */
public final class BatchModels implements RequestScanner {
    // Depths of the arrays and objects that contain a model.
    private static final int BATCH = 1;
    private static final int REQUESTS = 2;
    private static final int REQUEST = 3;
    private static final int PARAMS = 4;
    // The names are kept until the batch has been read.
    private static final int MAX_MODELS = 256;

    private final JsonScanner scanner;
    private final Queue<Edit> edits = new ArrayDeque<>();
    private final Queue<Reference> references = new ArrayDeque<>();
    private final Set<String> models = new HashSet<>();
    private @Nullable String first;

    /**
     * Creates a scanner for one batch.
     *
     * @param depthLimit how deep objects and arrays may be nested; the outermost object has depth 1
     */
    public BatchModels(int depthLimit) {
        this.scanner = new JsonScanner(
                new Handler(), true, depthLimit, RequestField.LONGEST_SPELLING, RequestFields.CAPTURE_LIMIT);
    }

    @Override
    public void read(byte[] bytes, int from, int to) throws MalformedBodyException {
        scanner.read(bytes, from, to);
    }

    @Override
    public void end() throws MalformedBodyException {
        if (scanner.isBeforeObject()) {
            throw new MalformedBodyException("The body is empty; send a JSON object with \"requests\".");
        }
        if (!scanner.isAfterObject()) {
            throw new MalformedBodyException("The body ends in the middle of its JSON object.");
        }
    }

    @Override
    public boolean isRoutable() {
        return first != null;
    }

    /** The model of the first request. */
    @Override
    public @Nullable String model() {
        return first;
    }

    @Override
    public boolean hasReference() {
        return !references.isEmpty();
    }

    /** Returns and removes the first reference to each model but the first. */
    @Override
    public @Nullable Reference takeReference() {
        return references.poll();
    }

    @Override
    public @Nullable Edit takeEdit() {
        return edits.poll();
    }

    @Override
    public boolean isSettled() {
        return scanner.isAfterObject() && edits.isEmpty();
    }

    @Override
    public long heldFrom() {
        return scanner.captureStart();
    }

    @Override
    public @Nullable String value(RequestField field) {
        return null;
    }

    private final class Handler implements JsonScanner.Handler {
        private boolean hasRequests;
        private int request = -1;
        private boolean hasParams;
        private boolean hasModel;

        @Override
        public Then name(int depth, byte[] bytes, int length) throws MalformedBodyException {
            switch (depth) {
                case BATCH -> {
                    if (is(RequestField.REQUESTS, bytes, length, hasRequests)) {
                        hasRequests = true;
                        return Then.ENTER;
                    }
                }
                case REQUEST -> {
                    if (is(RequestField.PARAMS, bytes, length, hasParams)) {
                        hasParams = true;
                        return Then.ENTER;
                    }
                }
                case PARAMS -> {
                    if (is(RequestField.MODEL, bytes, length, hasModel)) {
                        hasModel = true;
                        return Then.CAPTURE;
                    }
                }
                default -> {
                    // "requests" that is an object has no request.
                }
            }
            return Then.SKIP;
        }

        private static boolean is(RequestField field, byte[] bytes, int length, boolean isNamed)
                throws MalformedBodyException {
            String spelling = field.spelling(bytes, length, RequestField.isPlain(bytes, length));
            if (spelling == null) {
                return false;
            }
            if (isNamed) {
                throw RequestFields.duplicated(field);
            }
            RequestFields.requireExact(field, spelling);
            return true;
        }

        @Override
        public Then element(int depth) throws MalformedBodyException {
            if (depth != REQUESTS) {
                return Then.SKIP;
            }
            requireModel();
            request++;
            hasParams = false;
            hasModel = false;
            return Then.ENTER;
        }

        /** Each request names its model; a default model would hide a mistake in one of thousands. */
        private void requireModel() throws MalformedBodyException {
            if (request >= 0 && !hasModel) {
                throw new MalformedBodyException(parameter() + ": Field required");
            }
        }

        private String parameter() {
            return "requests." + request + ".params.model";
        }

        @Override
        public void start(byte first) throws MalformedBodyException {
            if (first != '"') {
                throw new MalformedBodyException("\"" + parameter() + "\" must be a string.");
            }
        }

        @Override
        public void value(byte[] bytes, int length, long start) throws MalformedBodyException {
            String model = RequestFields.decode(parameter(), bytes, length);
            edits.add(new Edit(start, start + length, model, false));
            if (first == null) {
                first = model;
                models.add(model);
            } else if (models.add(model)) {
                if (models.size() > MAX_MODELS) {
                    throw new MalformedBodyException("The batch has more than " + MAX_MODELS + " different models.");
                }
                references.add(new Reference(RequestField.MODEL, parameter(), model));
            }
        }

        @Override
        public void tooLong() throws MalformedBodyException {
            throw RequestFields.tooLong(parameter());
        }

        @Override
        public void leave(int depth) throws MalformedBodyException {
            if (depth == REQUESTS) {
                requireModel();
            } else if (depth == BATCH && first == null) {
                throw new MalformedBodyException(
                        hasRequests ? "requests: List should have at least 1 item" : "requests: Field required");
            }
        }
    }
}
