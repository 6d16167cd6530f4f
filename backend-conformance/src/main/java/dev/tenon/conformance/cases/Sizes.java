package dev.tenon.conformance.cases;

import dev.tenon.DType;
import dev.tenon.conformance.Placement;
import java.util.Arrays;
import java.util.List;

/** Sizes, types and layouts that cases are made of. */
final class Sizes {
    /** Nothing, one, less than a vector, a remainder after several, a page and a bit. */
    static final long[] LENGTHS = {0, 1, 13, 207, 1001, 4098};

    static final List<DType> FLOATS = List.of(DType.F32, DType.F16, DType.BF16, DType.F64);
    static final List<DType> INTEGERS = List.of(DType.I64, DType.I32, DType.I16, DType.I8, DType.U8);
    static final List<DType> REDUCIBLE = List.of(DType.F32, DType.F16, DType.BF16, DType.F64, DType.I64, DType.I32);
    static final List<DType> PLAIN = List.of(
            DType.F64,
            DType.F32,
            DType.F16,
            DType.BF16,
            DType.I64,
            DType.I32,
            DType.I16,
            DType.I8,
            DType.U8,
            DType.BOOL);
    static final List<DType> QUANTIZED =
            List.of(DType.Q8_0, DType.Q4_0, DType.Q4_1, DType.Q5_0, DType.Q5_1, DType.Q4_K, DType.Q5_K, DType.Q6_K);
    static final List<Placement> PLACEMENTS = List.of(Placement.values());
    static final List<Placement> OUTPUTS =
            Arrays.stream(Placement.values()).filter(Placement::fitsOutputs).toList();

    private Sizes() {}

    /** The placement itself where an output can lie so, else contiguous. */
    static Placement output(Placement placement) {
        return placement.fitsOutputs() ? placement : Placement.CONTIGUOUS;
    }

    /** F64 for F64, else F32: the type of statistics. */
    static DType wide(DType dtype) {
        return dtype == DType.F64 ? DType.F64 : DType.F32;
    }

    /** For a name: {@code [2, 3]}. */
    static String text(long... sizes) {
        return Arrays.toString(sizes);
    }
}
