package dev.tenon.error;

import org.jspecify.annotations.Nullable;

/** A file whose content breaks its format: says which file, which field, and at which byte. */
public final class MalformedFileException extends TenonException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final String field;
    private final long offset;

    /**
     * @param file the file's path as the caller gave it
     * @param field the field that is wrong, for example {@code tensor_count}
     * @param offset the byte in the file at which it stands, or -1 where that is unknown
     */
    public MalformedFileException(String file, String field, long offset, String problem) {
        this(file, field, offset, problem, null);
    }

    public MalformedFileException(String file, String field, long offset, String problem, @Nullable Throwable cause) {
        super(file + ": " + field + (offset < 0 ? "" : " at byte " + offset) + ": " + problem, cause);
        this.file = file;
        this.field = field;
        this.offset = offset;
    }

    public String file() {
        return file;
    }

    public String field() {
        return field;
    }

    public long offset() {
        return offset;
    }
}
