package com.example.custom;

import dev.tenon.DType;
import dev.tenon.Layout;
import dev.tenon.Tensor;
import dev.tenon.TensorSpec;
import dev.tenon.error.DTypeException;
import dev.tenon.error.ShapeException;
import dev.tenon.op.Cost;
import dev.tenon.op.CustomImplementation;
import dev.tenon.op.CustomImplementation.HostMethod;
import dev.tenon.op.CustomKernel;
import dev.tenon.op.CustomOp;
import dev.tenon.op.Op;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;

/**
 * An operator of our own: the exponential moving average along the last axis of an F32 matrix [rows, n], {@code y[t] = (1
 * - rate) y[t - 1] + rate x[t]} with {@code y[-1] = 0}. No operator of the vocabulary can say a recurrence.
 *
 * @param backward runs from the end to the start: the gradient of the forward direction
 */
record ExponentialAverage(float rate, boolean backward) implements CustomKernel {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    /** The average of {@code in}, in the current scope. */
    static Tensor of(Tensor in, float rate) {
        Tensor out = Tensor.empty(in.device(), in.dtype(), in.shape());
        in.device().execute(new CustomOp(new ExponentialAverage(rate, false), List.of(in), List.of(out)));
        return out;
    }

    @Override
    public String name() {
        return backward ? "exponentialAverageBackward" : "exponentialAverage";
    }

    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        if (inputs.size() != 1 || inputs.getFirst().shape().rank() != 2) {
            throw new ShapeException(name(), "needs one matrix", inputs);
        }
        if (inputs.getFirst().dtype() != DType.F32) {
            throw new DTypeException(name(), "only F32", List.of(inputs.getFirst().dtype()));
        }
        return inputs;
    }

    @Override
    public List<double[]> reference(List<TensorSpec> specs, List<double[]> inputs) {
        int rows = (int) specs.getFirst().shape().size(0);
        int n = (int) specs.getFirst().shape().size(1);
        double[] in = inputs.getFirst();
        double[] out = new double[in.length];
        for (int row = 0; row < rows; row++) {
            double average = 0;
            for (int step = 0; step < n; step++) {
                int i = row * n + (backward ? n - 1 - step : step);
                average += rate * (in[i] - average);
                out[i] = average;
            }
        }
        return List.of(out);
    }

    @Override
    public Cost cost(List<TensorSpec> inputs, List<TensorSpec> outputs) {
        double elements = inputs.getFirst().shape().elements();
        return new Cost(3 * elements, 8 * elements);
    }

    @Override
    public Optional<CustomImplementation> implementation(String backend) {
        return backend.equals("cpu") ? Optional.of((HostMethod) this::run) : Optional.empty();
    }

    /** The average is linear, so its gradient is the same recurrence run backwards. */
    @Override
    public Optional<List<Op>> gradient(CustomOp op, List<Tensor> gradOutputs, List<Tensor> gradInputs) {
        return Optional.of(List.of(new CustomOp(new ExponentialAverage(rate, !backward), gradOutputs, gradInputs)));
    }

    private void run(List<Tensor> inputs, List<Tensor> outputs) {
        Tensor in = inputs.getFirst();
        Tensor out = outputs.getFirst();
        for (long row = 0; row < in.size(0); row++) {
            row(in.segment(), in.layout(), out.segment(), out.layout(), row);
        }
    }

    /** Strides and offset count elements, so views of any layout come for free. */
    private void row(MemorySegment in, Layout inLayout, MemorySegment out, Layout outLayout, long row) {
        long from = inLayout.offset() + row * inLayout.stride(0);
        long to = outLayout.offset() + row * outLayout.stride(0);
        long n = inLayout.shape().size(1);
        float average = 0;
        for (long step = 0; step < n; step++) {
            long t = backward ? n - 1 - step : step;
            average += rate * (in.get(FLOAT, Float.BYTES * (from + t * inLayout.stride(1))) - average);
            out.set(FLOAT, Float.BYTES * (to + t * outLayout.stride(1)), average);
        }
    }
}
