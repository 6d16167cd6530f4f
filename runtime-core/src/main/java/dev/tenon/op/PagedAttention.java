package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@link Attention} over a paged key/value cache (Kwon et al. 2023): position p of batch row b lies in page {@code
 * pageTable[b, p / pageSize]} at slot {@code p % pageSize}. Query i of row b stands at position {@code lengths[b] -
 * queries + i}.
 *
 * @param query [batch, heads, queries, headSize], F32, F16 or BF16
 * @param keyPages [pages, pageSize, keyHeads, headSize]: F32, F16, BF16 or Q8_0
 * @param valuePages [pages, pageSize, keyHeads, valueSize], {@code keyPages}' type
 * @param pageTable [batch, maxPages], I32; entries past a row's length are not read
 * @param lengths [batch], I32: how many positions of each row are in the cache, the queries' own included
 * @param out [batch, heads, queries, valueSize], {@code query}'s type
 * @param logSumExp [batch, heads, queries], F32; may be absent
 */
public record PagedAttention(
        Tensor query,
        Tensor keyPages,
        Tensor valuePages,
        Tensor pageTable,
        Tensor lengths,
        AttentionParameters parameters,
        Tensor out,
        @Nullable Tensor logSumExp)
        implements Op {
    @Override
    public List<Tensor> inputs() {
        return List.of(query, keyPages, valuePages, pageTable, lengths);
    }

    @Override
    public List<Tensor> outputs() {
        return Operands.of(out, logSumExp);
    }
}
