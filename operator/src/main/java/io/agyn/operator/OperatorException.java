package io.agyn.operator;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Ends a start or a command with one sentence for the operator: the cause and the remedy. */
public final class OperatorException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param sentence the cause and the remedy; never a secret */
    public OperatorException(String sentence) {
        super(requireNonNull(sentence, "sentence is null"));
    }

    /**
     * @param sentence the cause and the remedy; never a secret
     * @param cause the cause
     */
    public OperatorException(String sentence, Throwable cause) {
        super(requireNonNull(sentence, "sentence is null"), cause);
    }

    /** Describes an I/O error in a few words, with the file's name if known. */
    public static String reason(IOException e) {
        String kind = e.getClass().getSimpleName().replace("Exception", "");
        return switch (e) {
            case AccessDeniedException denied -> "no permission for " + denied.getFile();
            case NoSuchFileException missing -> missing.getFile() + " does not exist";
            case FileAlreadyExistsException exists -> exists.getFile() + " is not a folder";
            case FileSystemException failure
            when failure.getReason() != null -> failure.getFile() + ": " + failure.getReason();
            case IOException other -> other.getMessage() == null ? kind : other.getMessage();
        };
    }
}
