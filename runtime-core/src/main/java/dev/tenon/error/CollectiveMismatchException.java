package dev.tenon.error;

import java.util.List;

/** Ranks that called different collectives, or one with different shapes, types or reductions. Nothing was exchanged. */
public final class CollectiveMismatchException extends CommunicatorException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> calls;

    /** @param calls what each rank called, by rank */
    public CollectiveMismatchException(List<String> calls) {
        super("the ranks do not agree: " + describe(calls));
        this.calls = List.copyOf(calls);
    }

    private static String describe(List<String> calls) {
        StringBuilder text = new StringBuilder();
        for (int rank = 0; rank < calls.size(); rank++) {
            text.append(rank == 0 ? "" : "; ")
                    .append("rank ")
                    .append(rank)
                    .append(" called ")
                    .append(calls.get(rank));
        }
        return text.toString();
    }

    public List<String> calls() {
        return calls;
    }
}
