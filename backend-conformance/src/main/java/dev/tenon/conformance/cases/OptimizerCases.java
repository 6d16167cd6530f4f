package dev.tenon.conformance.cases;

import static dev.tenon.conformance.Operand.in;

import dev.tenon.DType;
import dev.tenon.conformance.Content;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.Placement;
import dev.tenon.op.AdamW;
import java.util.List;

/** AdamW. */
public final class OptimizerCases {
    private OptimizerCases() {}

    public static void add(List<OpCase> all) {
        for (DType dtype : Sizes.FLOATS) {
            for (DType gradient : dtype == DType.F32 ? List.of(dtype) : List.of(dtype, DType.F32)) {
                for (long n : Sizes.LENGTHS) {
                    step(all, dtype, gradient, 3, 1, 0.1f, Placement.CONTIGUOUS, n);
                }
                for (int step : new int[] {1, 2, 1000, 1_000_000}) {
                    step(all, dtype, gradient, step, 0.25, 0.01f, Placement.CONTIGUOUS, 5, 33);
                }
                step(all, dtype, gradient, 7, 1, 0, Placement.CONTIGUOUS);
            }
        }
        for (Placement placement : Sizes.OUTPUTS) {
            step(all, DType.F32, DType.F32, 5, 1, 0.1f, placement, 3, 5, 13);
        }
    }

    private static void step(
            List<OpCase> all,
            DType dtype,
            DType gradient,
            int step,
            double gradScale,
            float decay,
            Placement placement,
            long... sizes) {
        DType wide = Sizes.wide(dtype);
        all.add(new OpCase(
                AdamW.class,
                "%s by %s %s step %d scale %s decay %s %s"
                        .formatted(dtype, gradient, Sizes.text(sizes), step, gradScale, decay, placement),
                List.of(
                        in("parameter", dtype, placement, Content.normal(1), sizes),
                        in("gradient", gradient, placement, Content.normal(1), sizes),
                        in("firstMoment", wide, placement, Content.normal(0.1), sizes),
                        in("secondMoment", wide, placement, Content.uniform(0, 0.5), sizes),
                        in("schedule", DType.F32, Placement.CONTIGUOUS, Content.of(1e-2, step, gradScale), 3)),
                t -> new AdamW(
                        t.get("parameter"),
                        t.get("gradient"),
                        t.get("firstMoment"),
                        t.get("secondMoment"),
                        t.get("schedule"),
                        0.9f,
                        0.95f,
                        1e-8f,
                        decay)));
    }
}
