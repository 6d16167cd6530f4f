package dev.tenon;

import dev.tenon.error.ShapeException;
import dev.tenon.op.AdamW;
import dev.tenon.op.AllGather;
import dev.tenon.op.AllReduce;
import dev.tenon.op.ArgReduce;
import dev.tenon.op.Attention;
import dev.tenon.op.AttentionBackward;
import dev.tenon.op.Binary;
import dev.tenon.op.CacheWrite;
import dev.tenon.op.Cast;
import dev.tenon.op.Concat;
import dev.tenon.op.Copy;
import dev.tenon.op.CrossEntropy;
import dev.tenon.op.CrossEntropyBackward;
import dev.tenon.op.CustomOp;
import dev.tenon.op.Dequantize;
import dev.tenon.op.Fill;
import dev.tenon.op.GatedActivation;
import dev.tenon.op.GatedActivationBackward;
import dev.tenon.op.Gather;
import dev.tenon.op.LayerNorm;
import dev.tenon.op.LayerNormBackward;
import dev.tenon.op.Matmul;
import dev.tenon.op.Op;
import dev.tenon.op.PagedAttention;
import dev.tenon.op.Quantize;
import dev.tenon.op.RandomFill;
import dev.tenon.op.Reduce;
import dev.tenon.op.ReduceScatter;
import dev.tenon.op.RmsNorm;
import dev.tenon.op.RmsNormBackward;
import dev.tenon.op.Rope;
import dev.tenon.op.ScatterAdd;
import dev.tenon.op.Softmax;
import dev.tenon.op.SoftmaxBackward;
import dev.tenon.op.TopK;
import dev.tenon.op.Unary;
import dev.tenon.op.UnaryBackward;
import dev.tenon.op.Where;
import java.util.List;

/** Whether an operator's outputs may lie where they do: not on each other, not on inputs except element for element. */
final class Aliasing {
    private Aliasing() {}

    static void check(Op op) {
        List<Tensor> inputs = op.inputs();
        List<Tensor> outputs = op.outputs();
        for (int o = 0; o < outputs.size(); o++) {
            Tensor out = outputs.get(o);
            if (out.layout().isBroadcast()) {
                throw new ShapeException(op.name(), "an output repeats elements (stride 0)", List.of(out.layout()));
            }
            for (int i = 0; i < o; i++) {
                if (meet(out, outputs.get(i))) {
                    throw new ShapeException(
                            op.name(),
                            "two outputs overlap",
                            List.of(out.layout(), outputs.get(i).layout()));
                }
            }
            for (int i = 0; i < inputs.size(); i++) {
                Tensor in = inputs.get(i);
                if (meet(out, in) && !(inPlace(op, in) && same(out, in))) {
                    throw new ShapeException(
                            op.name(), "an output overlaps an input", List.of(out.layout(), in.layout()));
                }
            }
        }
    }

    private static boolean same(Tensor a, Tensor b) {
        return a == b || (a.dtype() == b.dtype() && a.layout().equals(b.layout()));
    }

    /** Operators whose output element i is written after input element i was last read. */
    private static boolean inPlace(Op op, Tensor input) {
        return switch (op) {
            case Unary _, UnaryBackward _, Binary _, Softmax _, SoftmaxBackward _ -> true;
            case Where where -> input != where.condition();
            case GatedActivation _, GatedActivationBackward _, Rope _ -> true;
            case AdamW _, CacheWrite _, ScatterAdd _, AllReduce _, CrossEntropyBackward _ -> true;
            case LayerNorm _, LayerNormBackward _, RmsNorm _, RmsNormBackward _ -> true;
            case Matmul matmul -> input == matmul.epilogue().residual();
            case AllGather _, ArgReduce _, Attention _, AttentionBackward _, Cast _, Concat _, Copy _ -> false;
            case CrossEntropy _, CustomOp _, Dequantize _, Fill _, Gather _, PagedAttention _, Quantize _ -> false;
            case RandomFill _, Reduce _, ReduceScatter _, TopK _ -> false;
        };
    }

    private static boolean meet(Tensor a, Tensor b) {
        if (a.storage() != b.storage()) {
            return false;
        }
        Layout x = a.layout();
        Layout y = b.layout();
        if (x.shape().elements() == 0 || y.shape().elements() == 0) {
            return false;
        }
        if (a.dtype() != b.dtype()) {
            return bytes(a, x.first()) < bytes(b, y.end()) && bytes(b, y.first()) < bytes(a, x.end());
        }
        return x.first() < y.end() && y.first() < x.end() && !inOtherColumns(x, y);
    }

    private static double bytes(Tensor tensor, long elements) {
        return (double) elements / tensor.dtype().blockSize() * tensor.dtype().blockBytes();
    }

    /**
     * Whether two views of rows of one length lie in different columns, as the parts of a fused projection do: both step
     * by the same largest stride, and their extents within one step do not meet.
     */
    private static boolean inOtherColumns(Layout x, Layout y) {
        long step = largestStride(x);
        if (step <= 0 || step != largestStride(y)) {
            return false;
        }
        // Only the distance counts: both may start anywhere in the storage.
        long apart = Math.floorMod(y.first() - x.first(), step);
        return extent(x, step) <= apart && apart + extent(y, step) <= step;
    }

    private static long largestStride(Layout layout) {
        long largest = 0;
        for (int i = 0; i < layout.shape().rank(); i++) {
            if (layout.shape().size(i) > 1) {
                largest = Math.max(largest, Math.abs(layout.stride(i)));
            }
        }
        return largest;
    }

    /** Elements from the first to the last touched by the axes that step by less than {@code step}. */
    private static long extent(Layout layout, long step) {
        long extent = 1;
        for (int i = 0; i < layout.shape().rank(); i++) {
            long stride = Math.abs(layout.stride(i));
            if (stride != step) {
                extent += stride * (layout.shape().size(i) - 1);
            }
        }
        return extent;
    }
}
