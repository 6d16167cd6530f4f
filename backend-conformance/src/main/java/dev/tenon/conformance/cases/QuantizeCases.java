package dev.tenon.conformance.cases;

import static dev.tenon.conformance.Operand.in;
import static dev.tenon.conformance.Operand.out;

import dev.tenon.DType;
import dev.tenon.conformance.Content;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.Placement;
import dev.tenon.op.Dequantize;
import dev.tenon.op.Quantize;
import java.util.List;

/** Quantize and Dequantize. */
public final class QuantizeCases {
    private QuantizeCases() {}

    public static void add(List<OpCase> all) {
        for (DType type : Sizes.QUANTIZED) {
            long block = type.blockSize();
            for (DType plain : List.of(DType.F32, DType.F16, DType.BF16)) {
                for (long[] sizes :
                        new long[][] {{block}, {0, block}, {3, 4 * block}, {2, 3, 7 * block}, {130 * block}}) {
                    dequantize(all, type, plain, Placement.CONTIGUOUS, Placement.CONTIGUOUS, sizes);
                    quantize(all, type, plain, Placement.CONTIGUOUS, Content.normal(1), "", sizes);
                }
                for (Placement from : Sizes.PLACEMENTS) {
                    if (from.fitsBlocks()) {
                        dequantize(all, type, plain, from, Placement.STRIDED, 3, 2, 2 * block);
                    }
                    quantize(all, type, plain, from, Content.normal(0.05), "layout ", 3, 2, 2 * block);
                }
                for (Placement to : Sizes.OUTPUTS) {
                    dequantize(all, type, plain, Placement.CONTIGUOUS, to, 3, 2 * block);
                }
                quantize(all, type, plain, Placement.CONTIGUOUS, Content.of(0), "zeros ", 2, block);
                quantize(all, type, plain, Placement.CONTIGUOUS, Content.of(1.5), "one value ", 2, block);
                quantize(
                        all,
                        type,
                        plain,
                        Placement.CONTIGUOUS,
                        Content.of(-4, 4, 0, 1, -1, 2),
                        "few values ",
                        2,
                        block);
                quantize(all, type, plain, Placement.CONTIGUOUS, Content.whole(-127, 128), "ties ", 4, block);
                quantize(all, type, plain, Placement.CONTIGUOUS, Content.uniform(3, 5), "positive ", 4, block);
                quantize(all, type, plain, Placement.CONTIGUOUS, Content.normal(1e-3), "small ", 4, block);
            }
        }
    }

    private static void dequantize(
            List<OpCase> all, DType type, DType plain, Placement from, Placement to, long... sizes) {
        all.add(new OpCase(
                Dequantize.class,
                "%s to %s %s %s to %s".formatted(type, plain, Sizes.text(sizes), from, to),
                List.of(in("in", type, from, Content.any(type), sizes), out("out", plain, to, sizes)),
                t -> new Dequantize(t.get("in"), t.get("out"))));
    }

    private static void quantize(
            List<OpCase> all, DType type, DType plain, Placement from, Content content, String note, long... sizes) {
        all.add(new OpCase(
                Quantize.class,
                "%s to %s %s%s %s".formatted(plain, type, note, Sizes.text(sizes), from),
                List.of(in("in", plain, from, content, sizes), out("out", type, sizes)),
                t -> new Quantize(t.get("in"), t.get("out"))));
    }
}
