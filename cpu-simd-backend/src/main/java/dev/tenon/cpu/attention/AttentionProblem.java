package dev.tenon.cpu.attention;

import dev.tenon.Shape;
import dev.tenon.Tensor;
import dev.tenon.op.Attention;
import dev.tenon.op.AttentionBackward;
import dev.tenon.op.AttentionParameters;
import dev.tenon.op.PagedAttention;
import org.jspecify.annotations.Nullable;

/** A forward attention with everything resolved that does not change between replays. */
final class AttentionProblem {
    final int batch;
    final int heads;
    final int keyHeads;
    /** Query heads that share a key head. */
    final int group;

    final int queries;
    final int headSize;
    final int valueSize;
    final Operand query;
    final KeyValueRows rows;
    final @Nullable Operand mask;
    final AttentionParameters parameters;
    final Operand out;
    final @Nullable Operand logSumExp;

    private AttentionProblem(
            Tensor query,
            KeyValueRows rows,
            int keyHeads,
            int valueSize,
            @Nullable Operand mask,
            AttentionParameters parameters,
            Tensor out,
            @Nullable Tensor logSumExp) {
        Shape shape = query.shape();
        this.batch = Math.toIntExact(shape.size(0));
        this.heads = Math.toIntExact(shape.size(1));
        this.keyHeads = keyHeads;
        this.group = keyHeads == 0 ? 0 : heads / keyHeads;
        this.queries = Math.toIntExact(shape.size(2));
        this.headSize = Math.toIntExact(shape.size(3));
        this.valueSize = valueSize;
        this.query = Operand.of(query);
        this.rows = rows;
        this.mask = mask;
        this.parameters = parameters;
        this.out = Operand.of(out);
        this.logSumExp = logSumExp == null ? null : Operand.of(logSumExp);
    }

    static AttentionProblem of(Attention op) {
        return new AttentionProblem(
                op.query(),
                new KeyValueRows.Contiguous(op.key(), op.value(), op.lengths()),
                Math.toIntExact(op.key().shape().size(1)),
                Math.toIntExact(op.value().shape().size(3)),
                mask(op.mask(), op.query(), op.key()),
                op.parameters(),
                op.out(),
                op.logSumExp());
    }

    static AttentionProblem of(AttentionBackward op) {
        return new AttentionProblem(
                op.query(),
                new KeyValueRows.Contiguous(op.key(), op.value(), null),
                Math.toIntExact(op.key().shape().size(1)),
                Math.toIntExact(op.value().shape().size(3)),
                mask(op.mask(), op.query(), op.key()),
                op.parameters(),
                op.out(),
                op.logSumExp());
    }

    private static @Nullable Operand mask(@Nullable Tensor mask, Tensor query, Tensor key) {
        if (mask == null) {
            return null;
        }
        Shape rows = query.shape();
        Shape wide =
                Shape.of(rows.size(0), rows.size(1), rows.size(2), key.shape().size(2));
        return Operand.of(mask, mask.layout().broadcastTo(wide));
    }

    static AttentionProblem of(PagedAttention op) {
        return new AttentionProblem(
                op.query(),
                new KeyValueRows.Paged(op.keyPages(), op.valuePages(), op.pageTable(), op.lengths()),
                Math.toIntExact(op.keyPages().shape().size(2)),
                Math.toIntExact(op.valuePages().shape().size(3)),
                null,
                op.parameters(),
                op.out(),
                op.logSumExp());
    }

    /** The first key that query {@code i} of a row with {@code length} keys sees. */
    int firstKey(int i, int length) {
        long window = parameters.window();
        return window == 0 ? 0 : (int) Math.max(0, (long) length - queries + i - window + 1);
    }

    /** One past the last key that query {@code i} of a row with {@code length} keys sees; may be below the first. */
    int endKey(int i, int length) {
        return parameters.causal() ? Math.max(0, length - queries + i + 1) : length;
    }
}
