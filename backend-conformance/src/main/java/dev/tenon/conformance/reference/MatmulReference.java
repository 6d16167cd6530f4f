package dev.tenon.conformance.reference;

import dev.tenon.Layout;
import dev.tenon.Shape;
import dev.tenon.op.Activation;
import dev.tenon.op.Epilogue;
import dev.tenon.op.Matmul;
import dev.tenon.op.UnaryKind;
import java.util.List;

/** Batched matrix products with their epilogues. */
final class MatmulReference {
    private MatmulReference() {}

    static List<Expected> of(Matmul op) {
        Shape shape = op.out().shape();
        int m = Math.toIntExact(shape.size(-2));
        int n = Math.toIntExact(shape.size(-1));
        int k = Math.toIntExact(op.a().shape().size(-1));
        int batches = m * n == 0 ? 0 : Math.toIntExact(shape.elements() / ((long) m * n));
        double[] a = Values.read(op.a()).reals();
        // Columns of b as rows: quantized weights have their blocks along k.
        double[] b = Values.read(op.b().transpose()).reals();
        long[] aBatch = batches(op.a().shape(), shape);
        long[] bBatch = batches(op.b().shape(), shape);
        double[] out = new double[batches * m * n];
        double[] scale = new double[out.length];
        for (int batch = 0; batch < batches; batch++) {
            for (int row = 0; row < m; row++) {
                int x = (int) (aBatch[batch] * m + row) * k;
                for (int column = 0; column < n; column++) {
                    int y = (int) (bBatch[batch] * n + column) * k;
                    double sum = 0;
                    double magnitude = 0;
                    for (int i = 0; i < k; i++) {
                        double term = a[x + i] * b[y + i];
                        sum += term;
                        magnitude += Math.abs(term);
                    }
                    int to = (batch * m + row) * n + column;
                    out[to] = sum;
                    scale[to] = magnitude;
                }
            }
        }
        epilogue(op.epilogue(), out, scale, n);
        return List.of(new Expected.Reals(out, scale));
    }

    private static void epilogue(Epilogue epilogue, double[] out, double[] scale, int n) {
        double[] bias = epilogue.bias() == null
                ? new double[0]
                : Values.read(epilogue.bias()).reals();
        double[] residual = epilogue.residual() == null
                ? new double[0]
                : Values.read(epilogue.residual()).reals();
        for (int i = 0; i < out.length; i++) {
            out[i] *= epilogue.scale();
            scale[i] *= Math.abs(epilogue.scale());
            if (epilogue.bias() != null) {
                out[i] += bias[i % n];
                scale[i] += Math.abs(bias[i % n]);
            }
            if (epilogue.activation() != Activation.NONE) {
                double slope = UnaryReference.derivative(
                        UnaryKind.valueOf(epilogue.activation().name()), out[i]);
                double own = UnaryReference.activationScale(epilogue.activation(), out[i]);
                out[i] = UnaryReference.activate(epilogue.activation(), out[i]);
                scale[i] = own + scale[i] * Math.max(0.1, Math.abs(slope));
            }
            if (epilogue.residual() != null) {
                out[i] += residual[i];
                scale[i] += Math.abs(residual[i]);
            }
        }
    }

    /** For each batch of the output the batch of an operand whose leading axes broadcast to it. */
    private static long[] batches(Shape operand, Shape out) {
        Shape own = operand.axes(0, operand.rank() - 2);
        return Offsets.of(Layout.contiguous(own).broadcastTo(out.axes(0, out.rank() - 2)));
    }
}
