package dev.tenon.conformance.cases;

import static dev.tenon.conformance.Operand.in;
import static dev.tenon.conformance.Operand.out;

import dev.tenon.DType;
import dev.tenon.conformance.Content;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.Placement;
import dev.tenon.op.Epilogue;
import dev.tenon.op.Matmul;
import java.util.List;

/**
 * Products that give work to each of some hundred multiprocessors in the largest tiles, which smaller ones do not come to there: nine and
 * ten rows of tiles of 128, so that they go in pairs or not, by columns for tiles of 128 and of 256. Some 30 billion multiplications for the
 * reference, so they are run where they are asked for.
 */
public final class TileCases {
    private static final long[] ROWS = {1032, 1160};
    private static final long COLUMNS = 1928;
    private static final long MANY_COLUMNS = 6664;
    private static final List<DType> NARROW = List.of(DType.BF16, DType.F16);

    private TileCases() {}

    public static void add(List<OpCase> all) {
        for (DType type : NARROW) {
            for (long rows : ROWS) {
                for (boolean across : new boolean[] {false, true}) {
                    product(all, type, type, false, across, rows, COLUMNS, 136);
                    product(all, type, type, false, across, rows, MANY_COLUMNS, 72);
                }
                product(all, type, type, true, true, rows, COLUMNS, 136);
                product(all, type, type, true, true, rows, MANY_COLUMNS, 72);
            }
            product(all, type, type, true, false, ROWS[0], COLUMNS, 136);
            for (boolean across : new boolean[] {false, true}) {
                product(all, DType.F32, type, false, across, ROWS[0], COLUMNS, 136);
                product(all, type, DType.F32, false, across, ROWS[0], COLUMNS, 136);
            }
        }
        for (boolean down : new boolean[] {false, true}) {
            for (boolean across : new boolean[] {false, true}) {
                product(all, DType.F32, DType.F32, down, across, ROWS[0], COLUMNS, 136);
            }
        }
        for (DType type : List.of(DType.BF16, DType.F16, DType.F32)) {
            for (DType weight : Sizes.QUANTIZED) {
                product(all, type, weight, false, false, ROWS[0], COLUMNS, 512);
            }
        }
    }

    /**
     * @param down whether a's columns are contiguous, not its rows
     * @param across whether b's rows are, not its columns
     */
    private static void product(
            List<OpCase> all, DType a, DType b, boolean down, boolean across, long m, long n, long k) {
        Placement left = down ? Placement.TRANSPOSED : Placement.CONTIGUOUS;
        Content content = b.isQuantized() ? Content.any(b) : Content.normal(1);
        all.add(new OpCase(
                Matmul.class,
                "tiles %s x %s %dx%dx%d %s %s"
                        .formatted(a, b, m, k, n, left, across ? Placement.CONTIGUOUS : Placement.TRANSPOSED),
                List.of(
                        in("a", a, left, Content.normal(1), m, k),
                        across
                                ? in("b", b, Placement.CONTIGUOUS, content, k, n)
                                : in("b", b, Placement.CONTIGUOUS, content, n, k),
                        out("out", a, m, n)),
                t -> new Matmul(
                        t.get("a"), across ? t.get("b") : t.get("b").transpose(), Epilogue.NONE, t.get("out"))));
    }
}
