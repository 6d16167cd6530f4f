package dev.tenon.error;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Reading or writing a file failed in the operating system: a missing file, no permission, a full disk. */
public final class InputOutputException extends TenonException {
    private static final long serialVersionUID = 1L;

    private final String file;

    public InputOutputException(String file, String doing, IOException cause) {
        super(file + ": " + doing + " failed: " + reason(cause), cause);
        this.file = file;
    }

    /** In words, without the path that the message has already. */
    private static String reason(IOException cause) {
        return switch (cause) {
            case NoSuchFileException _ -> "there is no such file";
            case AccessDeniedException _ -> "permission denied";
            case FileSystemException system when system.getReason() != null -> system.getReason();
            default ->
                cause.getClass() == IOException.class && cause.getMessage() != null
                        ? cause.getMessage()
                        : cause.toString();
        };
    }

    public String file() {
        return file;
    }
}
