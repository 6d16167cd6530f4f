package dev.tenon.kernels.cuda;

import dev.tenon.DType;
import dev.tenon.Layout;
import dev.tenon.Shape;
import dev.tenon.Tensor;
import dev.tenon.kernels.plan.AttentionProblem;
import dev.tenon.op.Attention;
import dev.tenon.op.AttentionBackward;
import dev.tenon.op.AttentionParameters;
import dev.tenon.op.PagedAttention;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What attention's operators have in common, as the kernels take it.
 *
 * @param out for the gradient: gradOut
 * @param table absent unless keys lie in pages of {@code pageSize}
 * @param keys how many keys a row of the batch has at most
 */
record AttentionOperands(
        Tensor query,
        Tensor key,
        Tensor value,
        @Nullable Tensor mask,
        @Nullable Tensor lengths,
        @Nullable Tensor table,
        AttentionParameters parameters,
        Tensor out,
        @Nullable Tensor sums,
        long keyHeads,
        long keys,
        long pageSize) {
    private static final List<Long> HEAD_SIZES = List.of(64L, 80L, 96L, 128L, 256L);
    /** Elements in what one access moves. */
    private static final int CHUNK = 8;

    static AttentionOperands of(Attention op) {
        return of(AttentionProblem.of(op));
    }

    static AttentionOperands of(PagedAttention op) {
        return of(AttentionProblem.of(op));
    }

    static AttentionOperands of(AttentionBackward op) {
        return of(AttentionProblem.of(op));
    }

    private static AttentionOperands of(AttentionProblem problem) {
        return new AttentionOperands(
                problem.query(),
                problem.key(),
                problem.value(),
                problem.mask(),
                problem.lengths(),
                problem.table(),
                problem.parameters(),
                problem.out(),
                problem.sums(),
                problem.keyHeads(),
                problem.keys(),
                problem.pageSize());
    }

    int headSize() {
        return Math.toIntExact(query.size(3));
    }

    /** Batch rows times key heads: what blocks are numbered by along y. */
    long pairs() {
        return query.size(0) * keyHeads;
    }

    /** Queries of all heads that share a key head. */
    long rows() {
        return keyHeads == 0 ? 0 : query.size(1) / keyHeads * query.size(2);
    }

    boolean isEmpty() {
        return pairs() * rows() == 0;
    }

    /** Why the kernels cannot take the operands; empty if they can. */
    Optional<String> whyNot(CudaTraits device) {
        DType type = query.dtype();
        if (!device.hasTensorCores()) {
            return Optional.of("compute capability " + device.major() + "." + device.minor() + " is before 8.0");
        }
        if (type != DType.BF16 && type != DType.F16 || key.dtype() != type) {
            return Optional.of("there is no tensor-core kernel for queries of " + type + " and keys of " + key.dtype());
        }
        if (!HEAD_SIZES.contains(query.size(3)) || value.size(3) != query.size(3)) {
            return Optional.of(
                    "heads of " + query.size(3) + " and " + value.size(3) + " elements, not one of " + HEAD_SIZES);
        }
        if (pairs() > CudaLaunch.MOST_BLOCKS_YZ) {
            return Optional.of("more than " + CudaLaunch.MOST_BLOCKS_YZ + " batch rows times key heads");
        }
        return unaligned("query", query)
                .or(() -> unaligned("key", key))
                .or(() -> unaligned("value", value))
                .or(() -> unaligned("out", out));
    }

    static Optional<String> unaligned(String name, Tensor tensor) {
        Layout layout = tensor.layout();
        boolean aligned = layout.stride(3) == 1 && layout.offset() % CHUNK == 0;
        for (int axis = 0; axis < 3; axis++) {
            aligned &= layout.shape().size(axis) <= 1 || layout.stride(axis) % CHUNK == 0;
        }
        return aligned ? Optional.empty() : Optional.of("heads of " + name + " do not lie in whole 16-byte pieces");
    }

    /** The structure {@code AttentionShape}. */
    long[] shape(long parts) {
        long[] fields = new long[7 + 5 * 4 + 5 + 2 + 3 + 1 + 4 + 1];
        int at = put(fields, 0, query.size(0), query.size(1), query.size(2), keyHeads, keys);
        at = put(fields, at, parameters.causal() ? 1 : 0, parameters.window());
        at = place(fields, at, query.layout(), 3);
        at = place(fields, at, key.layout(), 3);
        at = place(fields, at, value.layout(), 3);
        at = place(fields, at, out.layout(), 3);
        at = place(fields, at, sums == null ? null : sums.layout(), 3);
        at = place(fields, at, mask == null ? null : spread(mask), 4);
        at = place(fields, at, lengths == null ? null : lengths.layout(), 1);
        at = place(fields, at, table == null ? null : table.layout(), 2);
        at = put(fields, at, pageSize);
        at = put(fields, at, flag(mask), flag(lengths), flag(table), flag(sums));
        put(fields, at, parts);
        return fields;
    }

    private Layout spread(Tensor tensor) {
        return tensor.layout().broadcastTo(Shape.of(query.size(0), query.size(1), query.size(2), keys));
    }

    private static long flag(@Nullable Tensor operand) {
        return operand == null ? 0 : 1;
    }

    private static int put(long[] fields, int at, long... values) {
        System.arraycopy(values, 0, fields, at, values.length);
        return at + values.length;
    }

    /** Base and the first strides; zeros for an operand that is absent. */
    private static int place(long[] fields, int at, @Nullable Layout layout, int strides) {
        if (layout != null) {
            fields[at] = layout.offset();
            for (int i = 0; i < strides; i++) {
                fields[at + 1 + i] = layout.stride(i);
            }
        }
        return at + 1 + strides;
    }

    CudaArgument memory(@Nullable Tensor operand) {
        return new CudaArgument.Memory((operand == null ? out : operand).buffer());
    }
}
