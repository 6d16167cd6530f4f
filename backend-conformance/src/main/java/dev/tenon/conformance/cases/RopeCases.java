package dev.tenon.conformance.cases;

import static dev.tenon.conformance.Operand.in;
import static dev.tenon.conformance.Operand.out;

import dev.tenon.DType;
import dev.tenon.conformance.Content;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.Placement;
import dev.tenon.op.Rope;
import java.util.List;

/** Rope. */
public final class RopeCases {
    static final Content FREQUENCIES = target -> {
        for (long i = 0; i < target.count(); i++) {
            target.real(i, Math.pow(10_000, -(double) i / target.count()));
        }
    };

    private RopeCases() {}

    public static void add(List<OpCase> all) {
        for (Rope.Pairing pairing : Rope.Pairing.values()) {
            for (DType dtype : Sizes.FLOATS) {
                for (boolean inverse : new boolean[] {false, true}) {
                    rope(all, dtype, pairing, 1, inverse, 32, false, 2000, Placement.CONTIGUOUS, 2, 5, 3, 64);
                    rope(all, dtype, pairing, 1.2f, inverse, 12, true, 2000, Placement.CONTIGUOUS, 2, 5, 3, 32);
                }
                rope(all, dtype, pairing, 1, false, 64, true, 2000, Placement.CONTIGUOUS, 1, 1, 8, 128);
                rope(all, dtype, pairing, 1, false, 3, true, 20, Placement.CONTIGUOUS, 1, 2, 3, 13);
                rope(all, dtype, pairing, 1, false, 0, true, 20, Placement.CONTIGUOUS, 1, 2, 3, 5);
                rope(all, dtype, pairing, 1, false, 4, true, 20, Placement.CONTIGUOUS, 2, 0, 3, 8);
            }
            rope(all, DType.F32, pairing, 1, false, 1, true, 20, Placement.CONTIGUOUS, 1, 207, 1, 2);
            rope(all, DType.F32, pairing, 1, false, 32, true, 100_000, Placement.CONTIGUOUS, 1, 40, 2, 64);
            for (Placement placement : Sizes.PLACEMENTS) {
                rope(all, DType.F32, pairing, 1, false, 16, false, 300, placement, 2, 5, 3, 40);
                rope(all, DType.BF16, pairing, 1, false, 16, true, 300, placement, 2, 5, 3, 32);
            }
            for (DType dtype : List.of(DType.F32, DType.F16)) {
                for (Placement placement : List.of(Placement.CONTIGUOUS, Placement.SWAPPED_MIDDLE, Placement.PADDED)) {
                    all.add(new OpCase(
                            Rope.class,
                            "%s %s in place %s".formatted(dtype, pairing, placement),
                            List.of(
                                    in("in", dtype, placement, Content.normal(1), 2, 7, 3, 40),
                                    in("positions", DType.I32, Placement.CONTIGUOUS, Content.whole(0, 100), 7),
                                    in("frequencies", DType.F32, Placement.CONTIGUOUS, FREQUENCIES, 16)),
                            t -> new Rope(
                                    t.get("in"),
                                    t.get("positions"),
                                    t.get("frequencies"),
                                    pairing,
                                    1,
                                    false,
                                    t.get("in"))));
                }
            }
        }
    }

    private static void rope(
            List<OpCase> all,
            DType dtype,
            Rope.Pairing pairing,
            float magnitude,
            boolean inverse,
            long pairs,
            boolean shared,
            long bound,
            Placement placement,
            long... sizes) {
        long[] positions = shared ? new long[] {sizes[1]} : new long[] {sizes[0], sizes[1]};
        all.add(new OpCase(
                Rope.class,
                "%s %s %s %d pairs magnitude %s%s positions %s below %d %s"
                        .formatted(
                                dtype,
                                pairing,
                                Sizes.text(sizes),
                                pairs,
                                magnitude,
                                inverse ? " inverse" : "",
                                Sizes.text(positions),
                                bound,
                                placement),
                List.of(
                        in("in", dtype, placement, Content.normal(1), sizes),
                        in("positions", DType.I32, placement, Content.whole(0, bound), positions),
                        in("frequencies", DType.F32, placement, FREQUENCIES, pairs),
                        out("out", dtype, Sizes.output(placement), sizes)),
                t -> new Rope(
                        t.get("in"),
                        t.get("positions"),
                        t.get("frequencies"),
                        pairing,
                        magnitude,
                        inverse,
                        t.get("out"))));
    }
}
