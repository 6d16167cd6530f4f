package dev.tenon.cli;

import dev.tenon.Tensor;
import dev.tenon.op.AllReduce;
import dev.tenon.op.Attention;
import dev.tenon.op.Cost;
import dev.tenon.op.Matmul;
import dev.tenon.op.Op;
import dev.tenon.spi.DeviceLimits;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One measured case.
 *
 * @param rate in {@code unit}: GFLOP/s where arithmetic limits the operator, GB/s where memory does
 * @param percentOfLimit the rate as a part of what the machine was measured to reach
 */
record BenchRow(
        String op,
        String shape,
        String type,
        String device,
        int threads,
        double medianMillis,
        double rate,
        String unit,
        Optional<Double> percentOfLimit) {

    /** @param byMemory whether the rate is in bytes; see {@link #isByMemory} */
    static BenchRow of(
            Op op, String device, int threads, double medianNanos, Optional<DeviceLimits> limits, boolean byMemory) {
        Cost cost = Cost.of(op);
        double perSecond = (byMemory ? cost.bytes() : cost.flops()) / medianNanos * 1e9;
        return new BenchRow(
                op.name(),
                shape(op),
                type(op),
                device,
                threads,
                medianNanos / 1e6,
                perSecond / 1e9,
                byMemory ? "GB/s" : "GFLOP/s",
                limits.map(limit -> 100 * perSecond / (byMemory ? limit.readBytes() : peak(op, limit))));
    }

    /** Whether memory limits the operator on a device, rather than arithmetic. */
    static boolean isByMemory(Op op, Optional<DeviceLimits> limits) {
        return op instanceof AllReduce
                || limits.isPresent() && Cost.of(op).intensity() * limits.get().readBytes() < peak(op, limits.get());
    }

    /** By the operand whose type is multiplied faster: a wide one may be cut into several of that type. */
    private static double peak(Op op, DeviceLimits limits) {
        return op.inputs().stream()
                .limit(2)
                .mapToDouble(operand -> limits.flops(operand.dtype()))
                .max()
                .orElse(limits.flops());
    }

    static String shape(Op op) {
        if (op instanceof Matmul matmul) {
            return matmul.a().size(-2) + "x" + matmul.a().size(-1) + "x"
                    + matmul.b().size(-1);
        }
        if (op instanceof Attention attention) {
            Tensor query = attention.query();
            return query.size(1) + " heads, " + query.size(2) + " x "
                    + attention.key().size(2) + " x " + query.size(3)
                    + (attention.parameters().causal() ? ", causal" : "");
        }
        if (op instanceof AllReduce reduce) {
            return reduce.in().size() + " ranks, "
                    + reduce.in().getFirst().shape().elements();
        }
        return op.outputs().getFirst().shape().toString();
    }

    /** The operands' types, where they are not all alike. */
    static String type(Op op) {
        String first = op.inputs().getFirst().dtype().name();
        String second =
                op.inputs().get(Math.min(1, op.inputs().size() - 1)).dtype().name();
        return first.equals(second) ? first : first + " x " + second;
    }

    Map<String, Object> document() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("op", op);
        document.put("shape", shape);
        document.put("type", type);
        document.put("device", device);
        document.put("threads", threads);
        document.put("median_ms", TenonCommand.rounded(medianMillis));
        document.put("rate", TenonCommand.rounded(rate));
        document.put("unit", unit);
        document.put(
                "percent_of_limit", percentOfLimit.map(TenonCommand::rounded).orElse(null));
        return document;
    }

    static String header() {
        return "%-10s %-30s %-11s %-8s %10s %10s %-8s %9s"
                .formatted("op", "shape", "type", "device", "median ms", "rate", "unit", "of limit");
    }

    @Override
    public String toString() {
        return "%-10s %-30s %-11s %-8s %10.3f %10.1f %-8s %9s"
                .formatted(
                        op,
                        shape,
                        type,
                        device,
                        medianMillis,
                        rate,
                        unit,
                        percentOfLimit.map("%.0f%%"::formatted).orElse("-"));
    }
}
