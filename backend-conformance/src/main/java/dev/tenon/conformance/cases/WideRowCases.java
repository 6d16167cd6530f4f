package dev.tenon.conformance.cases;

import static dev.tenon.conformance.cases.WideCases.ROWS;
import static dev.tenon.conformance.cases.WideCases.each;
import static dev.tenon.conformance.cases.WideCases.in;
import static dev.tenon.conformance.cases.WideCases.out;

import dev.tenon.DType;
import dev.tenon.conformance.Content;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.cases.WideCases.Form;
import dev.tenon.op.CrossEntropy;
import dev.tenon.op.CrossEntropyBackward;
import dev.tenon.op.LayerNorm;
import dev.tenon.op.LayerNormBackward;
import dev.tenon.op.RmsNorm;
import dev.tenon.op.RmsNormBackward;
import dev.tenon.op.Softmax;
import dev.tenon.op.SoftmaxBackward;
import java.util.List;

/** The cases of {@link WideCases} for operators that work row by row. */
final class WideRowCases {
    private static final float EPSILON = 1e-5f;

    private WideRowCases() {}

    static void add(List<OpCase> all, DType type, long width) {
        rows(all, type, width);
        gradients(all, type, width);
    }

    private static void rows(List<OpCase> all, DType type, long n) {
        for (boolean logarithm : new boolean[] {false, true}) {
            each(
                    all,
                    new Form(
                            Softmax.class,
                            logarithm ? "log" : "",
                            n,
                            t -> new Softmax(logarithm, t.get("in"), t.get("out"))),
                    in("in", type, Content.normal(3), ROWS, n),
                    out("out", type, ROWS, n));
        }
        each(
                all,
                new Form(
                        CrossEntropy.class,
                        "",
                        n,
                        t -> new CrossEntropy(
                                t.get("logits"), t.get("targets"), -1, t.get("losses"), t.get("logSumExp"))),
                in("logits", type, Content.normal(3), ROWS, n),
                in("targets", DType.I32, Content.whole(0, n), ROWS),
                out("losses", DType.F32, ROWS),
                out("logSumExp", DType.F32, ROWS));
        each(
                all,
                new Form(
                        LayerNorm.class,
                        "",
                        n,
                        t -> new LayerNorm(
                                t.get("in"), t.get("weight"), t.get("bias"), EPSILON, t.get("out"), null, null)),
                in("in", type, Content.normal(0.5, 2), ROWS, n),
                in("weight", type, Content.normal(1, 0.3), n),
                in("bias", type, Content.normal(1), n),
                out("out", type, ROWS, n));
        for (DType weight : type == DType.F32 ? List.of(type) : List.of(type, DType.F32)) {
            each(
                    all,
                    new Form(
                            RmsNorm.class,
                            "weight " + weight,
                            n,
                            t -> new RmsNorm(
                                    t.get("in"),
                                    t.get("residual"),
                                    t.get("weight"),
                                    1,
                                    EPSILON,
                                    t.get("out"),
                                    t.get("sum"),
                                    null)),
                    in("in", type, Content.normal(2), ROWS, n),
                    in("residual", type, Content.normal(1), ROWS, n),
                    in("weight", weight, Content.normal(1, 0.3), n),
                    out("out", type, ROWS, n),
                    out("sum", type, ROWS, n));
        }
    }

    private static void gradients(List<OpCase> all, DType type, long n) {
        double shift = -Math.log(n);
        each(
                all,
                new Form(
                        SoftmaxBackward.class,
                        "",
                        n,
                        t -> new SoftmaxBackward(false, t.get("out"), t.get("gradOut"), t.get("gradIn"))),
                in("out", type, Content.uniform(0, 2 * Math.exp(shift)), ROWS, n),
                in("gradOut", type, ROWS, n),
                out("gradIn", type, ROWS, n));
        each(
                all,
                new Form(
                        CrossEntropyBackward.class,
                        "",
                        n,
                        t -> new CrossEntropyBackward(
                                t.get("logits"),
                                t.get("targets"),
                                -1,
                                t.get("logSumExp"),
                                t.get("gradLosses"),
                                t.get("gradLogits"))),
                in("logits", type, Content.normal(1), ROWS, n),
                in("targets", DType.I32, Content.whole(0, n), ROWS),
                in("logSumExp", DType.F32, Content.uniform(0.5 - shift, 1 - shift), ROWS),
                in("gradLosses", DType.F32, ROWS),
                out("gradLogits", type, ROWS, n));
        each(
                all,
                new Form(
                        LayerNormBackward.class,
                        "",
                        n,
                        t -> new LayerNormBackward(
                                t.get("gradOut"),
                                t.get("in"),
                                t.get("weight"),
                                t.get("mean"),
                                t.get("rstd"),
                                t.get("gradIn"),
                                null,
                                null)),
                in("gradOut", type, ROWS, n),
                in("in", type, Content.normal(0.5, 2), ROWS, n),
                in("weight", type, Content.normal(1, 0.3), n),
                in("mean", DType.F32, Content.normal(0.5, 0.1), ROWS),
                in("rstd", DType.F32, Content.uniform(0.4, 0.6), ROWS),
                out("gradIn", type, ROWS, n));
        each(
                all,
                new Form(
                        RmsNormBackward.class,
                        "",
                        n,
                        t -> new RmsNormBackward(
                                t.get("gradOut"),
                                t.get("sum"),
                                t.get("weight"),
                                1,
                                t.get("rstd"),
                                t.get("gradSum"),
                                t.get("gradIn"),
                                null)),
                in("gradOut", type, ROWS, n),
                in("sum", type, Content.normal(2), ROWS, n),
                in("weight", type, Content.normal(1, 0.3), n),
                in("rstd", DType.F32, Content.uniform(0.4, 0.6), ROWS),
                in("gradSum", type, ROWS, n),
                out("gradIn", type, ROWS, n));
    }
}
