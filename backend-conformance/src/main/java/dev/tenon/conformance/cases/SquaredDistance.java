package dev.tenon.conformance.cases;

import dev.tenon.DType;
import dev.tenon.Shape;
import dev.tenon.Tensor;
import dev.tenon.TensorSpec;
import dev.tenon.conformance.reference.NumberFormat;
import dev.tenon.conformance.reference.Offsets;
import dev.tenon.error.DTypeException;
import dev.tenon.error.ShapeException;
import dev.tenon.op.Cost;
import dev.tenon.op.CustomImplementation;
import dev.tenon.op.CustomKernel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A small operator of one's own: the squared distance between the rows of two F32 matrices. */
final class SquaredDistance implements CustomKernel {
    private static final String OPENCL = """
            __kernel void squared_distance(__global const float *a, long aBase, long aRow, long aColumn,
                                           __global const float *b, long bBase, long bRow, long bColumn,
                                           __global float *out, long outBase, long outStep, long n) {
                long row = get_global_id(0);
                float sum = 0;
                for (long i = 0; i < n; i++) {
                    float difference = a[aBase + row * aRow + i * aColumn] - b[bBase + row * bRow + i * bColumn];
                    sum += difference * difference;
                }
                out[outBase + row * outStep] = sum;
            }
            """;

    @Override
    public String name() {
        return "squaredDistance";
    }

    @Override
    public List<TensorSpec> infer(List<TensorSpec> inputs) {
        if (inputs.size() != 2
                || !inputs.getFirst().equals(inputs.getLast())
                || inputs.getFirst().shape().rank() != 2) {
            throw new ShapeException(name(), "needs two matrices of one shape", inputs);
        }
        if (inputs.getFirst().dtype() != DType.F32) {
            throw new DTypeException(
                    name(), "only F32", List.of(inputs.getFirst().dtype()));
        }
        return List.of(new TensorSpec(DType.F32, inputs.getFirst().shape().without(-1)));
    }

    @Override
    public List<double[]> reference(List<TensorSpec> specs, List<double[]> inputs) {
        Shape shape = specs.getFirst().shape();
        double[] out = new double[(int) shape.size(0)];
        int n = (int) shape.size(1);
        for (int i = 0; i < inputs.getFirst().length; i++) {
            double difference = inputs.getFirst()[i] - inputs.getLast()[i];
            out[i / n] += difference * difference;
        }
        return List.of(out);
    }

    @Override
    public Cost cost(List<TensorSpec> inputs, List<TensorSpec> outputs) {
        double elements = inputs.getFirst().shape().elements();
        return new Cost(
                3 * elements, 8 * elements + 4.0 * outputs.getFirst().shape().elements());
    }

    @Override
    public Optional<CustomImplementation> implementation(String backend) {
        return switch (backend) {
            case "cpu" -> Optional.of((CustomImplementation.HostMethod) SquaredDistance::run);
            case "opencl" ->
                Optional.of(new CustomImplementation.KernelSource(OPENCL, "squared_distance", SquaredDistance::launch));
            default -> Optional.empty();
        };
    }

    /** One work item a row. */
    private static CustomImplementation.KernelLaunch launch(List<Tensor> inputs, List<Tensor> outputs) {
        Tensor out = outputs.getFirst();
        List<Object> arguments = new ArrayList<>();
        for (Tensor in : inputs) {
            arguments.addAll(List.of(
                    in, in.layout().offset(), in.layout().stride(0), in.layout().stride(1)));
        }
        arguments.addAll(List.of(out, out.layout().offset(), out.layout().stride(0)));
        arguments.add(inputs.getFirst().size(1));
        return new CustomImplementation.KernelLaunch(List.of(out.size(0)), List.of(1L), arguments);
    }

    private static void run(List<Tensor> inputs, List<Tensor> outputs) {
        long[] a = Offsets.of(inputs.getFirst().layout());
        long[] b = Offsets.of(inputs.getLast().layout());
        long[] to = Offsets.of(outputs.getFirst().layout());
        int n = (int) inputs.getFirst().size(1);
        for (int row = 0; row < to.length; row++) {
            double sum = 0;
            for (int i = row * n; i < (row + 1) * n; i++) {
                double difference = element(inputs.getFirst(), a[i]) - element(inputs.getLast(), b[i]);
                sum += difference * difference;
            }
            NumberFormat.write(
                    DType.F32, outputs.getFirst().segment(), 4 * to[row], NumberFormat.bitsOfReal(DType.F32, sum));
        }
    }

    private static double element(Tensor tensor, long place) {
        return NumberFormat.real(DType.F32, NumberFormat.read(DType.F32, tensor.segment(), 4 * place));
    }
}
