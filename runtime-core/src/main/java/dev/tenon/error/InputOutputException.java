package dev.tenon.error;

import java.io.IOException;

/** Reading or writing a file failed in the operating system: a missing file, no permission, a full disk. */
public final class InputOutputException extends TenonException {
    private static final long serialVersionUID = 1L;

    private final String file;

    public InputOutputException(String file, String doing, IOException cause) {
        super(file + ": " + doing + " failed: " + cause, cause);
        this.file = file;
    }

    public String file() {
        return file;
    }
}
