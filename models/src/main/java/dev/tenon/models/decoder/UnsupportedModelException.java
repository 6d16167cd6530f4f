package dev.tenon.models.decoder;

import dev.tenon.error.TenonException;

/** A model that is whole but of a kind that {@link Decoder} does not run. */
public final class UnsupportedModelException extends TenonException {
    private static final long serialVersionUID = 1L;

    private final String file;

    /**
     * @param file the model's path as the caller gave it
     */
    public UnsupportedModelException(String file, String problem) {
        super(file + ": " + problem);
        this.file = file;
    }

    public String file() {
        return file;
    }
}
