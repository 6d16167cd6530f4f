package dev.tenon.models.decoder;

import dev.tenon.DType;
import dev.tenon.error.InvalidArgumentException;

/**
 * How a {@link DecoderSession} runs.
 *
 * @param context the most positions that a sequence may have; 0: what the model was made for, at most 4,096
 * @param sequences how many sequences of that length the cache holds
 * @param cacheType of cached keys and values: F32, F16, BF16 or Q8_0
 * @param pageSize positions a page of the cache
 * @param chunk tokens of a prompt that are run at once
 */
public record SessionOptions(int context, int sequences, DType cacheType, int pageSize, int chunk) {
    /** One sequence, F32 cache, pages of 64, chunks of 512. */
    public static final SessionOptions DEFAULT = new SessionOptions(0, 1, DType.F32, 64, 512);

    /** @throws InvalidArgumentException if a number is negative, or one but the context is 0 */
    public SessionOptions {
        if (context < 0 || sequences < 1 || pageSize < 1 || chunk < 1) {
            throw new InvalidArgumentException("session: every size must be positive");
        }
    }

    public SessionOptions withContext(int positions) {
        return new SessionOptions(positions, sequences, cacheType, pageSize, chunk);
    }

    public SessionOptions withSequences(int count) {
        return new SessionOptions(context, count, cacheType, pageSize, chunk);
    }

    public SessionOptions withCacheType(DType type) {
        return new SessionOptions(context, sequences, type, pageSize, chunk);
    }
}
