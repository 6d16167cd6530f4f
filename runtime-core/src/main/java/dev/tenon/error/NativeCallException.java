package dev.tenon.error;

/** A native function that failed: its name, its code, the code's name, and its log where there is one. */
public final class NativeCallException extends TenonException {
    private static final long serialVersionUID = 1L;

    private final String function;
    private final long code;
    private final String codeName;
    private final String log;

    /**
     * @param function the native function, for example {@code clBuildProgram}
     * @param code what it returned
     * @param codeName the code's symbolic name, or empty
     * @param log a build log or the like, or empty
     */
    public NativeCallException(String function, long code, String codeName, String log) {
        super(function + " failed with " + code + (codeName.isEmpty() ? "" : " (" + codeName + ")")
                + (log.isEmpty() ? "" : "\n" + log));
        this.function = function;
        this.code = code;
        this.codeName = codeName;
        this.log = log;
    }

    public String function() {
        return function;
    }

    public long code() {
        return code;
    }

    public String codeName() {
        return codeName;
    }

    public String log() {
        return log;
    }
}
