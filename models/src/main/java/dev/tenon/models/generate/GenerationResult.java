package dev.tenon.models.generate;

/**
 * A text and how it came about.
 *
 * @param promptIds the whole prompt
 * @param reused how many of them were in the cache already
 * @param ids every token written, the one that ended the text included
 * @param text what they say, without the prompt and without a stop string
 * @param prefillNanos time for the prompt that was not in the cache, up to its logits
 * @param firstTokenNanos time from the call to the first token
 * @param decodeNanos time for the tokens after the first
 */
public record GenerationResult(
        int[] promptIds,
        int reused,
        int[] ids,
        String text,
        StopReason stop,
        long prefillNanos,
        long firstTokenNanos,
        long decodeNanos) {
    /** Prompt tokens run a second. */
    public double prefillRate() {
        return rate(promptIds.length - reused, prefillNanos);
    }

    /** Tokens after the first written a second; 0 where there were none. */
    public double decodeRate() {
        return rate(ids.length - 1, decodeNanos);
    }

    private static double rate(int tokens, long nanos) {
        return tokens <= 0 || nanos <= 0 ? 0 : tokens * 1e9 / nanos;
    }
}
