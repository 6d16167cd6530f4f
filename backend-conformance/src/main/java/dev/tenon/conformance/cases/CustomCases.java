package dev.tenon.conformance.cases;

import static dev.tenon.conformance.Operand.in;
import static dev.tenon.conformance.Operand.out;

import dev.tenon.DType;
import dev.tenon.conformance.Content;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.Placement;
import dev.tenon.op.CustomOp;
import java.util.List;

/** CustomOp, with {@link SquaredDistance} as the user's operator. */
public final class CustomCases {
    private CustomCases() {}

    public static void add(List<OpCase> all) {
        for (long n : Sizes.LENGTHS) {
            distance(all, Placement.CONTIGUOUS, 3, n);
        }
        for (Placement placement : Sizes.PLACEMENTS) {
            distance(all, placement, 5, 33);
        }
        distance(all, Placement.CONTIGUOUS, 0, 4);
    }

    private static void distance(List<OpCase> all, Placement placement, long rows, long n) {
        all.add(new OpCase(
                CustomOp.class,
                "squaredDistance F32[%d, %d] %s".formatted(rows, n, placement),
                List.of(
                        in("a", DType.F32, placement, Content.normal(1), rows, n),
                        in("b", DType.F32, placement, Content.normal(1), rows, n),
                        out("out", DType.F32, Sizes.output(placement), rows)),
                t -> new CustomOp(new SquaredDistance(), List.of(t.get("a"), t.get("b")), List.of(t.get("out")))));
    }
}
