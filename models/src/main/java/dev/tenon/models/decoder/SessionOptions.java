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
 * @param activations of what goes from operator to operator, the residual stream included: F32, or BF16 or F16, which round each operator's
 *     result to 8 or 11 bits and let a GPU's tensor cores, or cuBLAS, have all products and attention; F16 ends at 65504, which the residual
 *     stream of some models passes
 */
public record SessionOptions(int context, int sequences, DType cacheType, int pageSize, int chunk, DType activations) {
    /** One sequence, F32 cache, pages of 64, chunks of 512. */
    public static final SessionOptions DEFAULT = new SessionOptions(0, 1, DType.F32, 64, 512);

    /** With activations of F32. */
    public SessionOptions(int context, int sequences, DType cacheType, int pageSize, int chunk) {
        this(context, sequences, cacheType, pageSize, chunk, DType.F32);
    }

    /** @throws InvalidArgumentException if a number is negative, or one but the context is 0, or activations cannot have the type */
    public SessionOptions {
        if (context < 0 || sequences < 1 || pageSize < 1 || chunk < 1) {
            throw new InvalidArgumentException("session: every size must be positive");
        }
        if (activations != DType.F32 && activations != DType.F16 && activations != DType.BF16) {
            throw new InvalidArgumentException("session: activations must be F32, F16 or BF16, not " + activations);
        }
    }

    public SessionOptions withContext(int positions) {
        return new SessionOptions(positions, sequences, cacheType, pageSize, chunk, activations);
    }

    public SessionOptions withSequences(int count) {
        return new SessionOptions(context, count, cacheType, pageSize, chunk, activations);
    }

    public SessionOptions withCacheType(DType type) {
        return new SessionOptions(context, sequences, type, pageSize, chunk, activations);
    }

    public SessionOptions withActivations(DType type) {
        return new SessionOptions(context, sequences, cacheType, pageSize, chunk, type);
    }
}
