package dev.tenon.benchmarks;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Nn;
import dev.tenon.Scope;
import dev.tenon.Tenon;
import dev.tenon.Tensor;
import dev.tenon.op.Attention;
import dev.tenon.op.AttentionBackward;
import dev.tenon.op.AttentionParameters;
import dev.tenon.op.Cost;
import dev.tenon.op.Epilogue;
import dev.tenon.op.Matmul;
import dev.tenon.op.Op;
import dev.tenon.op.RandomFill.Uniform;
import dev.tenon.profile.Profile;
import dev.tenon.spi.DeviceLimits;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Attention, its gradient, and products of one row on a device, each several launches in a row up to the end of the last, beside what
 * the device was measured to reach: matrix units for attention, copies of memory for one row. Arguments: the device ({@code cuda:0}),
 * rounds (7), attention's tokens (16384), a one-row product's lines (16384).
 *
 * <p>In the bundle: {@code bin/rates cuda:0}. Results are only looked at for being finite; the conformance suite compares them.
 */
public final class RatesOnDevice {
    private static final long HEADS = 16;
    private static final long HEAD = 128;
    private static final long TERMS = 14336;
    private static final int WARM_UP = 3;
    /** A round takes so long or a little more, so that waiting for its end does not count. */
    private static final double ROUND_SECONDS = 0.02;

    private static final int MOST_LAUNCHES = 200;

    private final Device device;
    private final int rounds;
    private final Optional<DeviceLimits> limits;

    private RatesOnDevice(Device device, int rounds) {
        this.device = device;
        this.rounds = rounds;
        limits = device.measureLimits();
    }

    public static void main(String[] args) {
        String name = args.length > 0 ? args[0] : "cuda:0";
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 7;
        long tokens = args.length > 2 ? Long.parseLong(args[2]) : 16384;
        long lines = args.length > 3 ? Long.parseLong(args[3]) : 16384;
        try (Tenon tenon = Tenon.open(Configuration.DEFAULT)) {
            Device device = tenon.device(name);
            System.out.println(device.properties().description() + ", "
                    + device.properties().details());
            RatesOnDevice rates = new RatesOnDevice(device, rounds);
            System.out.printf(
                    Locale.ROOT, "%-46s %10s %10s %-8s %8s  %s%n", "what", "ms", "rate", "unit", "of limit", "by");
            for (DType type : List.of(DType.BF16, DType.F32, DType.Q8_0, DType.Q4_0, DType.Q4_K)) {
                rates.oneRow(type, lines);
            }
            for (long head : new long[] {HEAD, 64}) {
                rates.attention(tokens, head);
            }
        }
    }

    private void oneRow(DType type, long lines) {
        try (Scope scope = Scope.open()) {
            Tensor weight = Nn.random(device, DType.F32, new Uniform(-1, 1), 1, 0, lines, TERMS)
                    .cast(type);
            DType row = type.isQuantized() ? DType.F32 : type;
            Tensor a = Nn.random(device, row, new Uniform(-1, 1), 2, 0, 1, TERMS);
            Matmul op = new Matmul(a, weight.transpose(), Epilogue.NONE, Tensor.zeros(device, row, 1, lines));
            show("one row " + row + " x " + type + ", " + lines + " x " + TERMS, op, op.out(), true);
        }
    }

    private void attention(long tokens, long head) {
        long heads = HEADS * HEAD / head;
        String what = "causal, " + heads + " heads, " + tokens + " x " + head;
        try (Scope scope = Scope.open()) {
            Tensor[] operands = new Tensor[8];
            Arrays.setAll(
                    operands, i -> Nn.random(device, DType.BF16, new Uniform(-1, 1), i, 0, 1, heads, tokens, head));
            Tensor logSumExp = Tensor.zeros(device, DType.F32, 1, heads, tokens);
            AttentionParameters parameters = AttentionParameters.causal(head);
            Attention forward = new Attention(
                    operands[0], operands[1], operands[2], null, null, parameters, operands[3], logSumExp);
            show("attention BF16, " + what, forward, operands[3], false);
            AttentionBackward backward = new AttentionBackward(
                    operands[0],
                    operands[1],
                    operands[2],
                    null,
                    parameters,
                    operands[3],
                    logSumExp,
                    operands[4],
                    operands[5],
                    operands[6],
                    operands[7]);
            show("its gradient, " + what, backward, operands[5], false);
        }
    }

    /** @param byMemory whether the rate is in bytes, beside copies */
    private void show(String what, Op op, Tensor out, boolean byMemory) {
        Optional<String> reason = device.whyUnsupported(op);
        if (reason.isPresent()) {
            System.out.println(what + ": not run, " + reason.get());
            return;
        }
        String choice = choice(op);
        for (int i = 0; i < WARM_UP; i++) {
            seconds(op, 1);
        }
        int launches = (int) Math.clamp(Math.ceil(ROUND_SECONDS / seconds(op, 1)), 1, MOST_LAUNCHES);
        double[] times = new double[rounds];
        Arrays.setAll(times, i -> seconds(op, launches) / launches);
        double median = Interleaved.median(times);
        requireFinite(what, out);
        Cost cost = Cost.of(op);
        double rate = (byMemory ? cost.bytes() : cost.flops()) / median;
        String part = limits.map(limit -> String.format(
                        Locale.ROOT, "%.0f%%", 100 * rate / (byMemory ? memory(limit) : limit.flops(DType.BF16))))
                .orElse("-");
        System.out.printf(
                Locale.ROOT,
                "%-46s %10.3f %10.1f %-8s %8s  %s%n",
                what,
                median * 1e3,
                rate / 1e9,
                byMemory ? "GB/s" : "GFLOP/s",
                part,
                choice);
    }

    /** Of copies, both directions counted, where they are measured. */
    private static double memory(DeviceLimits limit) {
        return limit.copyBytes().orElse(limit.readBytes());
    }

    private double seconds(Op op, int launches) {
        long start = System.nanoTime();
        for (int i = 0; i < launches; i++) {
            device.execute(op);
        }
        device.synchronize();
        return (System.nanoTime() - start) * 1e-9;
    }

    private String choice(Op op) {
        try (Profile profile = Profile.start()) {
            device.execute(op);
            device.synchronize();
            String operands = profile.spans().getLast().operands();
            int by = operands.lastIndexOf(" by ");
            return by < 0 ? "" : operands.substring(by + 4);
        }
    }

    private static void requireFinite(String what, Tensor out) {
        try (Scope scope = Scope.open()) {
            if (!Double.isFinite(out.cast(DType.F32).sum().item())) {
                throw new IllegalStateException(what + " gave a result that is not finite");
            }
        }
    }
}
