package dev.tenon.conformance;

import dev.tenon.DType;
import dev.tenon.Layout;
import dev.tenon.Shape;
import dev.tenon.Tensor;
import dev.tenon.conformance.reference.Expected;
import dev.tenon.conformance.reference.NumberFormat;
import dev.tenon.conformance.reference.Offsets;
import dev.tenon.conformance.reference.Reference;
import dev.tenon.conformance.reference.ReferenceDevice;
import dev.tenon.conformance.reference.Values;
import dev.tenon.op.ArgReduce;
import dev.tenon.op.Attention;
import dev.tenon.op.AttentionParameters;
import dev.tenon.op.Binary;
import dev.tenon.op.Op;
import dev.tenon.op.Reduce;
import dev.tenon.op.ReduceKind;
import dev.tenon.op.Unary;
import dev.tenon.op.UnaryKind;
import java.util.List;
import java.util.function.UnaryOperator;

/** Reference devices, each with one defect of a kind that real kernels have. */
final class Mutant {
    private Mutant() {}

    private static final long MEMORY = 1L << 28;

    /** Also writes the element after an output's last, or before its first. */
    static ReferenceDevice overrun(boolean after) {
        return new ReferenceDevice(MEMORY) {
            @Override
            protected void store(Expected expected, Tensor out) {
                super.store(expected, out);
                long at = after ? out.layout().end() : out.layout().first() - 1;
                NumberFormat.write(out.dtype(), out.segment(), at * out.dtype().blockBytes(), 0);
            }
        };
    }

    /** Leaves an output's last element as it was. */
    static ReferenceDevice skipsLast() {
        return new ReferenceDevice(MEMORY) {
            @Override
            protected void store(Expected expected, Tensor out) {
                long last = out.shape().elements() - 1;
                if (last < 0) {
                    return;
                }
                long at = Offsets.at(out.layout(), last) * out.dtype().blockBytes();
                long before = NumberFormat.read(out.dtype(), out.segment(), at);
                super.store(expected, out);
                NumberFormat.write(out.dtype(), out.segment(), at, before);
            }
        };
    }

    /** Writes an output as if it had another layout. */
    static ReferenceDevice storesAs(UnaryOperator<Layout> layout) {
        return new ReferenceDevice(MEMORY) {
            @Override
            protected void store(Expected expected, Tensor out) {
                super.store(expected, out.withLayout(layout.apply(out.layout())));
            }
        };
    }

    /** Reads the input of a unary operator as if it had another layout. */
    static ReferenceDevice readsAs(UnaryOperator<Layout> layout) {
        return computes(op -> op instanceof Unary unary
                ? new Unary(
                        unary.kind(),
                        unary.in().withLayout(layout.apply(unary.in().layout())),
                        unary.out())
                : op);
    }

    /** The same shape from the same element, in row-major order. */
    static Layout withoutStrides(Layout layout) {
        return Layout.of(layout.shape(), Layout.contiguous(layout.shape()).strides(), layout.first());
    }

    /** The same strides from an earlier element. */
    static Layout withoutOffset(Layout layout) {
        return Layout.of(layout.shape(), layout.strides(), layout.offset() - layout.first());
    }

    /** Runs another operator than the one asked for. */
    static ReferenceDevice computes(UnaryOperator<Op> other) {
        return new ReferenceDevice(MEMORY) {
            @Override
            protected void run(Op op) {
                List<Expected> expected = Reference.of(other.apply(op));
                for (int i = 0; i < expected.size(); i++) {
                    store(expected.get(i), op.outputs().get(i));
                }
            }
        };
    }

    /** Changes the numbers that are stored. */
    static ReferenceDevice stores(Change change) {
        return new ReferenceDevice(MEMORY) {
            @Override
            protected void store(Expected expected, Tensor out) {
                if (expected instanceof Expected.Reals(double[] values, double[] scale)) {
                    double[] changed = new double[values.length];
                    for (int i = 0; i < changed.length; i++) {
                        changed[i] = change.of(out.dtype(), values[i], scale[i]);
                    }
                    super.store(new Expected.Reals(changed, scale), out);
                } else {
                    super.store(expected, out);
                }
            }
        };
    }

    @FunctionalInterface
    interface Change {
        double of(DType dtype, double value, double scale);
    }

    /** Cuts digits off instead of rounding. */
    static double truncated(DType dtype, double value) {
        double nearest = NumberFormat.rounded(dtype, value);
        return Double.isFinite(nearest) && Math.abs(nearest) > Math.abs(value)
                ? nearest - Math.copySign(NumberFormat.ulp(dtype, nearest), nearest)
                : nearest;
    }

    /** Adds to what the output held. */
    static ReferenceDevice accumulates() {
        return new ReferenceDevice(MEMORY) {
            @Override
            protected void store(Expected expected, Tensor out) {
                if (expected instanceof Expected.Reals(double[] values, double[] scale)
                        && !out.dtype().isQuantized()) {
                    double[] before = Values.read(out).reals();
                    double[] sum = new double[values.length];
                    for (int i = 0; i < sum.length; i++) {
                        sum[i] = values[i] + (Double.isNaN(before[i]) ? 0 : before[i]);
                    }
                    super.store(new Expected.Reals(sum, scale), out);
                } else {
                    super.store(expected, out);
                }
            }
        };
    }

    /** Uses its input as scratch memory. */
    static ReferenceDevice spoilsInputs() {
        return new ReferenceDevice(MEMORY) {
            @Override
            protected void run(Op op) {
                super.run(op);
                if (!op.inputs().isEmpty() && op.inputs().getFirst().shape().elements() > 0) {
                    Tensor in = op.inputs().getFirst();
                    long at = in.layout().offset() * in.dtype().blockBytes();
                    in.segment().set(java.lang.foreign.ValueLayout.JAVA_BYTE, at, (byte) 1);
                }
            }
        };
    }

    /** Gives other last bits each time: the order of its sums is not fixed. */
    static ReferenceDevice unrepeatable() {
        int[] run = {0};
        return stores((dtype, value, scale) -> {
            int sign = run[0]++ % 3 - 1;
            return Double.isFinite(value) ? value + sign * NumberFormat.ulp(dtype, value) / 2 : value;
        });
    }

    /** A maximum that passes over NaN. */
    static ReferenceDevice dropsNaN() {
        return new ReferenceDevice(MEMORY) {
            @Override
            protected void store(Expected expected, Tensor out) {
                if (expected instanceof Expected.Reals(double[] values, double[] scale)) {
                    double[] changed = values.clone();
                    for (int i = 0; i < changed.length; i++) {
                        changed[i] = Double.isNaN(changed[i]) ? 0 : changed[i];
                    }
                    super.store(new Expected.Reals(changed, scale), out);
                } else {
                    super.store(expected, out);
                }
            }
        };
    }

    static Op swapped(Op op) {
        return op instanceof Binary b ? new Binary(b.kind(), b.b(), b.a(), b.out()) : op;
    }

    static Op otherGelu(Op op) {
        return op instanceof Unary u && u.kind() == UnaryKind.GELU
                ? new Unary(UnaryKind.GELU_TANH, u.in(), u.out())
                : op;
    }

    static Op smallestInstead(Op op) {
        return op instanceof ArgReduce a ? new ArgReduce(!a.largest(), a.in(), a.out()) : op;
    }

    static Op sumInsteadOfMean(Op op) {
        return op instanceof Reduce r && r.kind() == ReduceKind.MEAN
                ? new Reduce(ReduceKind.SUM, r.in(), r.axes(), r.out())
                : op;
    }

    static Op withoutWindow(Op op) {
        return op instanceof Attention a
                ? with(
                        a,
                        new AttentionParameters(
                                a.parameters().scale(),
                                a.parameters().causal(),
                                0,
                                a.parameters().softCap()),
                        a.key())
                : op;
    }

    static Op withoutCap(Op op) {
        return op instanceof Attention a
                ? with(
                        a,
                        new AttentionParameters(
                                a.parameters().scale(),
                                a.parameters().causal(),
                                a.parameters().window(),
                                0),
                        a.key())
                : op;
    }

    static Op withWindowPlusOne(Op op) {
        AttentionParameters p = op instanceof Attention a ? a.parameters() : AttentionParameters.full(1);
        long wider = p.window() == 0 ? 0 : p.window() + 1;
        return op instanceof Attention a
                ? with(a, new AttentionParameters(p.scale(), p.causal(), wider, p.softCap()), a.key())
                : op;
    }

    /** Query head h reads key head h mod keyHeads. */
    static Op interleavedHeads(Op op) {
        if (!(op instanceof Attention a) || a.key().size(1) < 2) {
            return op;
        }
        Layout layout = a.key().layout();
        Shape shape = layout.shape();
        long[] strides = layout.strides();
        strides[1] = -strides[1];
        long offset = layout.offset() + layout.stride(1) * (shape.size(1) - 1);
        return with(a, a.parameters(), a.key().withLayout(Layout.of(shape, strides, offset)));
    }

    private static Attention with(Attention a, AttentionParameters parameters, Tensor key) {
        return new Attention(a.query(), key, a.value(), a.mask(), a.lengths(), parameters, a.out(), a.logSumExp());
    }
}
