package dev.tenon.models.decoder;

import dev.tenon.DType;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.models.cache.CacheShape;

/**
 * What a session's options come to for a model.
 *
 * @param context positions a sequence
 * @param chunk tokens of a prompt that are run at once
 * @param batch sequences a decode step
 * @param pages of the cache a sequence
 * @param activations the type of the residual stream and of operators' results
 */
record SessionSizes(int context, int chunk, int batch, int pages, DType activations) {
    private static final int DEFAULT_CONTEXT = 4096;
    /** Rows of logits computed at once when all of a prompt's are wanted: 64 of 100,000 tokens are 26 MB. */
    static final int LOGIT_ROWS = 64;

    /** @throws InvalidArgumentException if the context passes what the model's learned positions allow */
    static SessionSizes of(DecoderConfiguration c, SessionOptions options) {
        int context = options.context() == 0 ? Math.min(c.contextLength(), DEFAULT_CONTEXT) : options.context();
        if (c.rope().isEmpty() && context > c.contextLength()) {
            throw new InvalidArgumentException(
                    "a context of " + context + " passes the model's " + c.contextLength() + " learned positions");
        }
        return new SessionSizes(
                context,
                Math.min(options.chunk(), context),
                options.sequences(),
                Math.ceilDiv(context, options.pageSize()),
                options.activations());
    }

    /** The most tokens of a step. */
    int tokens() {
        return Math.max(chunk, batch);
    }

    int logitRows() {
        return Math.max(batch, Math.min(LOGIT_ROWS, tokens()));
    }

    CacheShape cache(DecoderConfiguration c, SessionOptions options) {
        return new CacheShape(
                c.layers(),
                c.keyHeads(),
                c.keySize(),
                c.valueSize(),
                options.cacheType(),
                options.pageSize(),
                Math.multiplyExact(pages, batch),
                pages);
    }
}
