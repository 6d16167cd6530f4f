package com.example.backend;

import dev.tenon.Layout;
import dev.tenon.Shape;
import dev.tenon.Tensor;
import dev.tenon.op.Activation;
import dev.tenon.op.Epilogue;
import dev.tenon.op.Matmul;

final class ScalarMatmul {
    private ScalarMatmul() {}

    /** One sum over k for each element of the output. A residual may be the output itself: it is read before that is written. */
    static Runnable bind(Matmul op) {
        Elements a = Elements.of(op.a());
        Elements b = Elements.of(op.b());
        Elements out = Elements.of(op.out());
        Shape shape = op.out().shape();
        Layout rows = withoutSum(a.layout(), -1, shape);
        Layout columns = withoutSum(b.layout(), -2, shape);

        Epilogue epilogue = op.epilogue();
        Tensor biasTensor = epilogue.bias();
        Tensor residualTensor = epilogue.residual();
        Elements bias = biasTensor == null ? null : Elements.of(biasTensor);
        Elements residual = residualTensor == null ? null : Elements.of(residualTensor);
        // Where there is none, any layout of the shape fills its place in the list.
        Layout biasLayout = bias == null ? out.layout() : bias.layout().broadcastTo(shape);
        Layout residualLayout = residual == null ? out.layout() : residual.layout();

        Elements.Body body = places -> {
            double value = epilogue.scale() * sum(a, places[0], b, places[1]);
            if (bias != null) {
                value += bias.get(places[3]);
            }
            if (epilogue.activation() == Activation.RELU) {
                value = Math.max(value, 0);
            }
            if (residual != null) {
                value += residual.get(places[4]);
            }
            out.set(places[2], (float) value);
        };
        return () -> Elements.forEach(body, rows, columns, out.layout(), biasLayout, residualLayout);
    }

    /** In double precision: the suite allows an error that grows with the square root of k. */
    private static double sum(Elements a, long atA, Elements b, long atB) {
        long k = a.layout().shape().size(-1);
        long stepA = a.layout().stride(-1);
        long stepB = b.layout().stride(-2);
        double sum = 0;
        for (long i = 0; i < k; i++) {
            sum += (double) a.get(atA + i * stepA) * b.get(atB + i * stepB);
        }
        return sum;
    }

    /** An operand's places with index 0 of {@code k}'s axis, read as if it had the product's shape. */
    private static Layout withoutSum(Layout operand, int k, Shape product) {
        int rank = product.rank();
        int lead = rank - operand.shape().rank();
        long[] strides = new long[rank];
        for (int i = lead; i < rank; i++) {
            boolean repeats = i == rank + k || operand.shape().size(i - lead) == 1;
            strides[i] = repeats ? 0 : operand.stride(i - lead);
        }
        return Layout.of(product, strides, operand.offset());
    }
}
