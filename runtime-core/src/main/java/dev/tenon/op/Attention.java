package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Scaled dot-product attention, computed tile by tile with an online softmax (Dao et al. 2022). Grouped queries: query
 * head h uses key head h / (heads / keyHeads). With lengths, query i of batch row b stands at position {@code
 * lengths[b] - queries + i}; without, at {@code keys - queries + i}. A query that sees no key,
 * or none that is not masked with negative infinity, gives zeros, and negative infinity as its log-sum-exp.
 *
 * @param query [batch, heads, queries, headSize], F32, F16, BF16 (or F64 throughout)
 * @param key [batch, keyHeads, keys, headSize]: F32, F16, BF16 or Q8_0; a contiguous cache is passed as a view
 * @param value [batch, keyHeads, keys, valueSize], {@code key}'s type
 * @param mask added to the scaled (and capped) scores, broadcasts to [batch, heads, queries, keys], F32 (F64 for F64);
 *     may be absent
 * @param lengths [batch], I32: how many keys of each row exist; absent: all
 * @param out [batch, heads, queries, valueSize], {@code query}'s type
 * @param logSumExp [batch, heads, queries], F32 (F64 for F64): the scores' log-sum-exp, which the backward operator
 *     needs; may be absent
 */
public record Attention(
        Tensor query,
        Tensor key,
        Tensor value,
        @Nullable Tensor mask,
        @Nullable Tensor lengths,
        AttentionParameters parameters,
        Tensor out,
        @Nullable Tensor logSumExp)
        implements Op {
    @Override
    public List<Tensor> inputs() {
        return Operands.of(query, key, value, mask, lengths);
    }

    @Override
    public List<Tensor> outputs() {
        return Operands.of(out, logSumExp);
    }
}
