package dev.tenon.error;

/** Another rank of the communicator died, left while it was waited for, or aborted. */
public final class RankFailedException extends CommunicatorException {
    private static final long serialVersionUID = 1L;

    private final int failedRank;
    private final String reason;

    /**
     * @param op what this rank was doing, for example {@code allReduce}
     * @param failedRank the rank that failed, as this communicator counts
     * @param reason what became of it, to follow its name in a sentence
     */
    public RankFailedException(String op, int failedRank, String reason) {
        super(op + ": rank " + failedRank + " " + reason);
        this.failedRank = failedRank;
        this.reason = reason;
    }

    public int failedRank() {
        return failedRank;
    }

    public String reason() {
        return reason;
    }
}
