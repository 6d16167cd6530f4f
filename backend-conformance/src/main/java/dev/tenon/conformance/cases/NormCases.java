package dev.tenon.conformance.cases;

import static dev.tenon.conformance.Operand.in;
import static dev.tenon.conformance.Operand.out;

import dev.tenon.DType;
import dev.tenon.conformance.Content;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.Operand;
import dev.tenon.conformance.Placement;
import dev.tenon.conformance.Target;
import dev.tenon.conformance.reference.Values;
import dev.tenon.op.LayerNorm;
import dev.tenon.op.LayerNormBackward;
import dev.tenon.op.RmsNorm;
import dev.tenon.op.RmsNormBackward;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** LayerNorm, RmsNorm and their gradients. */
public final class NormCases {
    private static final float EPSILON = 1e-5f;

    private NormCases() {}

    /** Which of the optional operands are there. */
    private record Options(boolean weight, boolean second, boolean statistics, DType weightType) {}

    public static void add(List<OpCase> all) {
        for (DType dtype : Sizes.FLOATS) {
            for (DType weight : dtype == Sizes.wide(dtype) ? List.of(dtype) : List.of(dtype, DType.F32)) {
                Options full = new Options(true, true, true, weight);
                for (long n : new long[] {1, 13, 207, 1001, 4098}) {
                    every(all, dtype, full, Placement.CONTIGUOUS, 3, n);
                }
                every(all, dtype, new Options(true, false, false, weight), Placement.CONTIGUOUS, 3, 207);
                every(all, dtype, new Options(true, true, false, weight), Placement.CONTIGUOUS, 2, 3, 64);
            }
            every(all, dtype, new Options(false, false, false, dtype), Placement.CONTIGUOUS, 3, 207);
            every(all, dtype, new Options(false, true, true, dtype), Placement.CONTIGUOUS, 207);
            every(all, dtype, new Options(true, true, true, dtype), Placement.CONTIGUOUS, 0, 5);
        }
        for (Placement placement : Sizes.PLACEMENTS) {
            every(all, DType.F32, new Options(true, true, true, DType.F32), placement, 3, 5, 33);
            every(all, DType.BF16, new Options(true, true, false, DType.BF16), placement, 3, 5, 33);
        }
        // More rows than a block of a weight gradient's partial sums.
        every(all, DType.F32, new Options(true, true, true, DType.F32), Placement.CONTIGUOUS, 301, 65);
        inPlace(all);
        layerNorm(
                all,
                DType.F32,
                Content.normal(1000, 1),
                "far from 0 ",
                new Options(true, true, true, DType.F32),
                Placement.CONTIGUOUS,
                4,
                1001);
        layerNorm(
                all,
                DType.F32,
                Content.spoiled(),
                "spoiled ",
                new Options(true, true, true, DType.F32),
                Placement.CONTIGUOUS,
                40,
                33);
        rmsNorm(
                all,
                DType.F32,
                Content.spoiled(),
                "spoiled ",
                0,
                new Options(true, false, true, DType.F32),
                Placement.CONTIGUOUS,
                40,
                33);
        rmsNorm(
                all,
                DType.F32,
                Content.of(0),
                "zeros ",
                0,
                new Options(true, false, true, DType.F32),
                Placement.CONTIGUOUS,
                2,
                33);
        rmsNorm(
                all,
                DType.F32,
                Content.normal(1),
                "offset ",
                1,
                new Options(true, true, true, DType.F32),
                Placement.CONTIGUOUS,
                3,
                207);
        rmsNorm(
                all,
                DType.BF16,
                Content.normal(1),
                "offset ",
                1,
                new Options(true, true, true, DType.BF16),
                Placement.CONTIGUOUS,
                3,
                207);
    }

    private static void every(List<OpCase> all, DType dtype, Options options, Placement placement, long... sizes) {
        layerNorm(all, dtype, Content.normal(0.5, 2), "", options, placement, sizes);
        layerNormBackward(all, dtype, options, placement, sizes);
        rmsNorm(all, dtype, Content.normal(2), "", 0, options, placement, sizes);
        rmsNormBackward(all, dtype, options, placement, sizes);
    }

    private static String name(DType dtype, String note, Options options, Placement placement, long... sizes) {
        return "%s %s%s %s%s%s%s"
                .formatted(
                        dtype,
                        note,
                        Sizes.text(sizes),
                        placement,
                        options.weight ? " weight " + options.weightType : "",
                        options.second ? " second" : "",
                        options.statistics ? " statistics" : "");
    }

    private static long[] rows(long... sizes) {
        return Arrays.copyOf(sizes, sizes.length - 1);
    }

    private static void layerNorm(
            List<OpCase> all,
            DType dtype,
            Content content,
            String note,
            Options options,
            Placement placement,
            long... sizes) {
        long n = sizes[sizes.length - 1];
        Placement to = Sizes.output(placement);
        List<Operand> operands = new ArrayList<>();
        operands.add(in("in", dtype, placement, content, sizes));
        optional(operands, options.weight, in("weight", options.weightType, placement, Content.normal(1, 0.3), n));
        optional(operands, options.second, in("bias", options.weightType, placement, Content.normal(1), n));
        operands.add(out("out", dtype, to, sizes));
        optional(operands, options.statistics, out("mean", Sizes.wide(dtype), to, rows(sizes)));
        optional(operands, options.statistics, out("rstd", Sizes.wide(dtype), to, rows(sizes)));
        all.add(new OpCase(
                LayerNorm.class,
                name(dtype, note, options, placement, sizes),
                operands,
                t -> new LayerNorm(
                        t.get("in"),
                        options.weight ? t.get("weight") : null,
                        options.second ? t.get("bias") : null,
                        EPSILON,
                        t.get("out"),
                        options.statistics ? t.get("mean") : null,
                        options.statistics ? t.get("rstd") : null)));
    }

    private static void layerNormBackward(
            List<OpCase> all, DType dtype, Options options, Placement placement, long... sizes) {
        long n = sizes[sizes.length - 1];
        Placement to = Sizes.output(placement);
        DType wide = Sizes.wide(dtype);
        List<Operand> operands = new ArrayList<>();
        operands.add(in("gradOut", dtype, placement, Content.normal(1), sizes));
        operands.add(in("in", dtype, to, Content.normal(0.5, 2), sizes));
        optional(operands, options.weight, in("weight", options.weightType, placement, Content.normal(1, 0.3), n));
        operands.add(in("mean", wide, to, Content.computed(target -> mean(target.earlier("in"))), rows(sizes)));
        operands.add(in("rstd", wide, to, Content.computed(target -> rstd(target, "in", true)), rows(sizes)));
        operands.add(out("gradIn", dtype, to, sizes));
        boolean gradWeight = options.weight && options.second;
        boolean gradBias = options.statistics;
        optional(operands, gradWeight, out("gradWeight", options.weightType, to, n));
        optional(operands, gradBias, out("gradBias", options.weightType, to, n));
        all.add(new OpCase(
                LayerNormBackward.class,
                name(dtype, "", options, placement, sizes),
                operands,
                t -> new LayerNormBackward(
                        t.get("gradOut"),
                        t.get("in"),
                        options.weight ? t.get("weight") : null,
                        t.get("mean"),
                        t.get("rstd"),
                        t.get("gradIn"),
                        gradWeight ? t.get("gradWeight") : null,
                        gradBias ? t.get("gradBias") : null)));
    }

    private static void rmsNorm(
            List<OpCase> all,
            DType dtype,
            Content content,
            String note,
            float offset,
            Options options,
            Placement placement,
            long... sizes) {
        long n = sizes[sizes.length - 1];
        Placement to = Sizes.output(placement);
        List<Operand> operands = new ArrayList<>();
        operands.add(in("in", dtype, placement, content, sizes));
        optional(operands, options.second, in("residual", dtype, placement, Content.normal(1), sizes));
        optional(operands, options.weight, in("weight", options.weightType, placement, Content.normal(1, 0.3), n));
        operands.add(out("out", dtype, to, sizes));
        optional(operands, options.second, out("sum", dtype, to, sizes));
        optional(operands, options.statistics, out("rstd", Sizes.wide(dtype), to, rows(sizes)));
        all.add(new OpCase(
                RmsNorm.class,
                name(dtype, note, options, placement, sizes),
                operands,
                t -> new RmsNorm(
                        t.get("in"),
                        options.second ? t.get("residual") : null,
                        options.weight ? t.get("weight") : null,
                        offset,
                        EPSILON,
                        t.get("out"),
                        options.second ? t.get("sum") : null,
                        options.statistics ? t.get("rstd") : null)));
    }

    private static void rmsNormBackward(
            List<OpCase> all, DType dtype, Options options, Placement placement, long... sizes) {
        long n = sizes[sizes.length - 1];
        Placement to = Sizes.output(placement);
        List<Operand> operands = new ArrayList<>();
        operands.add(in("gradOut", dtype, placement, Content.normal(1), sizes));
        operands.add(in("sum", dtype, to, Content.normal(2), sizes));
        optional(operands, options.weight, in("weight", options.weightType, placement, Content.normal(1, 0.3), n));
        operands.add(
                in("rstd", Sizes.wide(dtype), to, Content.computed(target -> rstd(target, "sum", false)), rows(sizes)));
        optional(operands, options.second, in("gradSum", dtype, placement, Content.normal(1), sizes));
        operands.add(out("gradIn", dtype, to, sizes));
        boolean gradWeight = options.weight && options.statistics;
        optional(operands, gradWeight, out("gradWeight", options.weightType, to, n));
        float offset = options.second ? 1 : 0;
        all.add(new OpCase(
                RmsNormBackward.class,
                name(dtype, "", options, placement, sizes),
                operands,
                t -> new RmsNormBackward(
                        t.get("gradOut"),
                        t.get("sum"),
                        options.weight ? t.get("weight") : null,
                        offset,
                        t.get("rstd"),
                        options.second ? t.get("gradSum") : null,
                        t.get("gradIn"),
                        gradWeight ? t.get("gradWeight") : null)));
    }

    private static void inPlace(List<OpCase> all) {
        all.add(new OpCase(
                LayerNorm.class,
                "F32 [5, 207] in place",
                List.of(in("in", DType.F32, 5, 207), in("weight", DType.F32, 207)),
                t -> new LayerNorm(t.get("in"), t.get("weight"), null, EPSILON, t.get("in"), null, null)));
        all.add(new OpCase(
                RmsNorm.class,
                "F32 [5, 207] in place",
                List.of(in("in", DType.F32, 5, 207), in("weight", DType.F32, 207)),
                t -> new RmsNorm(t.get("in"), null, t.get("weight"), 0, EPSILON, t.get("in"), null, null)));
        for (DType dtype : List.of(DType.F32, DType.BF16)) {
            all.add(new OpCase(
                    RmsNorm.class,
                    dtype + " [5, 207] the sum into the residual",
                    List.of(
                            in("in", dtype, 5, 207),
                            in("residual", dtype, 5, 207),
                            in("weight", dtype, 207),
                            out("out", dtype, 5, 207)),
                    t -> new RmsNorm(
                            t.get("in"),
                            t.get("residual"),
                            t.get("weight"),
                            0,
                            EPSILON,
                            t.get("out"),
                            t.get("residual"),
                            null)));
        }
        for (String into : List.of("gradOut", "gradSum")) {
            all.add(new OpCase(
                    RmsNormBackward.class,
                    "F32 [5, 207] into " + into,
                    List.of(
                            in("gradOut", DType.F32, 5, 207),
                            in("sum", DType.F32, 5, 207),
                            in("weight", DType.F32, 207),
                            in(
                                    "rstd",
                                    DType.F32,
                                    Placement.CONTIGUOUS,
                                    Content.computed(target -> rstd(target, "sum", false)),
                                    5),
                            in("gradSum", DType.F32, 5, 207),
                            out("gradWeight", DType.F32, 207)),
                    t -> new RmsNormBackward(
                            t.get("gradOut"),
                            t.get("sum"),
                            t.get("weight"),
                            0,
                            t.get("rstd"),
                            t.get("gradSum"),
                            t.get(into),
                            t.get("gradWeight"))));
        }
        all.add(new OpCase(
                LayerNormBackward.class,
                "F32 [5, 207] in place",
                List.of(
                        in("gradOut", DType.F32, 5, 207),
                        in("in", DType.F32, 5, 207),
                        in("weight", DType.F32, 207),
                        in("mean", DType.F32, Placement.CONTIGUOUS, Content.computed(t -> mean(t.earlier("in"))), 5),
                        in("rstd", DType.F32, Placement.CONTIGUOUS, Content.computed(t -> rstd(t, "in", true)), 5),
                        out("gradWeight", DType.F32, 207),
                        out("gradBias", DType.F32, 207)),
                t -> new LayerNormBackward(
                        t.get("gradOut"),
                        t.get("in"),
                        t.get("weight"),
                        t.get("mean"),
                        t.get("rstd"),
                        t.get("gradOut"),
                        t.get("gradWeight"),
                        t.get("gradBias"))));
    }

    private static double[] mean(Values in) {
        int n = in.size(-1);
        double[] mean = new double[Math.max(1, in.count() / n)];
        for (int i = 0; i < in.count(); i++) {
            mean[i / n] += in.reals()[i] / n;
        }
        return mean;
    }

    private static double[] rstd(Target target, String operand, boolean centred) {
        Values in = target.earlier(operand);
        int n = in.size(-1);
        double[] mean = mean(in);
        double[] rstd = new double[mean.length];
        for (int i = 0; i < in.count(); i++) {
            double x = in.reals()[i] - (centred ? mean[i / n] : 0);
            rstd[i / n] += x * x / n;
        }
        for (int i = 0; i < rstd.length; i++) {
            rstd[i] = 1 / Math.sqrt(rstd[i] + EPSILON);
        }
        return rstd;
    }

    private static void optional(List<Operand> operands, boolean there, Operand operand) {
        if (there) {
            operands.add(operand);
        }
    }
}
