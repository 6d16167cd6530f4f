package dev.tenon.kernels.plan;

import dev.tenon.DType;
import dev.tenon.Layout;
import dev.tenon.Shape;
import dev.tenon.Tensor;
import dev.tenon.op.Attention;
import dev.tenon.op.AttentionBackward;
import dev.tenon.op.AttentionParameters;
import dev.tenon.op.PagedAttention;
import org.jspecify.annotations.Nullable;

/**
 * What attention's operators have in common.
 *
 * @param keys how many keys a row of the batch has at most
 * @param out for the gradient: gradOut
 * @param table absent unless keys lie in pages of {@code pageSize}
 */
public record AttentionProblem(
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
    public static AttentionProblem of(Attention op) {
        return new AttentionProblem(
                op.query(),
                op.key(),
                op.value(),
                op.mask(),
                op.lengths(),
                null,
                op.parameters(),
                op.out(),
                op.logSumExp(),
                op.key().size(1),
                op.key().size(2),
                1);
    }

    public static AttentionProblem of(PagedAttention op) {
        long pageSize = op.keyPages().size(1);
        return new AttentionProblem(
                op.query(),
                op.keyPages(),
                op.valuePages(),
                null,
                op.lengths(),
                op.pageTable(),
                op.parameters(),
                op.out(),
                op.logSumExp(),
                op.keyPages().size(2),
                op.pageTable().size(1) * pageSize,
                pageSize);
    }

    public static AttentionProblem of(AttentionBackward op) {
        return new AttentionProblem(
                op.query(),
                op.key(),
                op.value(),
                op.mask(),
                null,
                null,
                op.parameters(),
                op.gradOut(),
                op.logSumExp(),
                op.key().size(1),
                op.key().size(2),
                1);
    }

    long batch() {
        return query.size(0);
    }

    long heads() {
        return query.size(1);
    }

    long queries() {
        return query.size(2);
    }

    int headSize() {
        return Math.toIntExact(query.size(3));
    }

    int valueSize() {
        return Math.toIntExact(value.size(3));
    }

    /** Queries of all heads that share a key head. */
    long rows() {
        return keyHeads == 0 ? 0 : heads() / keyHeads * queries();
    }

    /** Bytes of a number of the type that is computed in. */
    int bytes() {
        return query.dtype() == DType.F64 ? Double.BYTES : Float.BYTES;
    }

    /** The macros of attention.h. */
    String defines(AttentionTiles tiles, DeviceTraits device) {
        String types = "QUERY=" + query.dtype() + " KEY=" + key.dtype()
                + (key.dtype().isQuantized() ? " QUANT" : "") + Rows.define(table, "PAGED");
        if (device.ahead()) {
            return types + tiles.aheadDefines();
        }
        return types + " HEAD=" + headSize() + " WIDTH=" + valueSize() + Rows.define(mask, "HAS_MASK")
                + Rows.define(lengths, "HAS_LENGTHS") + tiles.defines();
    }

    /** The structure {@code AttentionShape}. */
    long[] shape(AttentionTiles tiles) {
        long[] fields = new long[7 + 5 * 5 + 4 + 2 + 3 + 1 + 6];
        long[] sizes = {batch(), heads(), queries(), keyHeads, keys, parameters.causal() ? 1 : 0, parameters.window()};
        System.arraycopy(sizes, 0, fields, 0, sizes.length);
        int at = sizes.length;
        at = put(fields, at, query.layout(), 1, 5);
        at = put(fields, at, key.layout(), key.dtype().blockSize(), 5);
        at = put(fields, at, value.layout(), value.dtype().blockSize(), 5);
        at = put(fields, at, out.layout(), 1, 5);
        at = put(fields, at, sums == null ? null : sums.layout(), 1, 4);
        at = put(fields, at, mask == null ? null : wideMask(mask), 1, 5);
        at = put(fields, at, lengths == null ? null : lengths.layout(), 1, 2);
        at = put(fields, at, table == null ? null : table.layout(), 1, 3);
        long[] forms = {
            pageSize, headSize(), valueSize(), tiles.rows(), tiles.keys(), mask == null ? 0 : 1, lengths == null ? 0 : 1
        };
        System.arraycopy(forms, 0, fields, at, forms.length);
        return fields;
    }

    private Layout wideMask(Tensor tensor) {
        return tensor.layout().broadcastTo(Shape.of(batch(), heads(), queries(), keys));
    }

    /** Base and strides, in units of {@code block} elements but for the last; zeros for an operand that is absent. */
    private static int put(long[] fields, int at, @Nullable Layout layout, int block, int count) {
        if (layout != null) {
            long[] places = places(layout, block);
            System.arraycopy(places, 0, fields, at, count);
        }
        return at + count;
    }

    /** A layout's offset and strides in units of {@code block} elements, the last axis's in elements. */
    static long[] places(Layout layout, int block) {
        long[] strides = layout.strides();
        long[] places = new long[strides.length + 1];
        places[0] = layout.offset() / block;
        for (int i = 0; i < strides.length; i++) {
            places[i + 1] = i == strides.length - 1 ? strides[i] : strides[i] / block;
        }
        return places;
    }
}
