package io.agyn.settings;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Why the server does not start, or a command does not do its work, as one sentence for the operator that says what to do about it. */
public final class OperatorException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates one without a cause.
     *
     * @param sentence what is wrong and how to put it right; never a secret
     */
    public OperatorException(String sentence) {
        super(requireNonNull(sentence, "sentence is null"));
    }

    /**
     * Creates one with a cause.
     *
     * @param sentence what is wrong and how to put it right; never a secret
     * @param cause what made it known; may be null
     */
    public OperatorException(String sentence, Throwable cause) {
        super(requireNonNull(sentence, "sentence is null"), cause);
    }

    /**
     * Puts an I/O error into a few words for a sentence of the operator's.
     *
     * @param e the error
     * @return what went wrong, with the file's name where it is known
     */
    public static String reason(IOException e) {
        String kind = e.getClass().getSimpleName().replace("Exception", "");
        return switch (e) {
            case AccessDeniedException denied -> "no permission for " + denied.getFile();
            case NoSuchFileException missing -> missing.getFile() + " is not there";
            case FileAlreadyExistsException exists -> exists.getFile() + " is no folder";
            case FileSystemException failure
            when failure.getReason() != null -> failure.getFile() + ": " + failure.getReason();
            case IOException other -> other.getMessage() == null ? kind : other.getMessage();
        };
    }
}
