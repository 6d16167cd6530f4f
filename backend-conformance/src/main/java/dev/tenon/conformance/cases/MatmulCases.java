package dev.tenon.conformance.cases;

import static dev.tenon.conformance.Operand.in;
import static dev.tenon.conformance.Operand.out;

import dev.tenon.DType;
import dev.tenon.Tensor;
import dev.tenon.conformance.Bindings;
import dev.tenon.conformance.Content;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.Operand;
import dev.tenon.conformance.Placement;
import dev.tenon.op.Activation;
import dev.tenon.op.Epilogue;
import dev.tenon.op.Matmul;
import java.util.ArrayList;
import java.util.List;

/** Matmul. */
public final class MatmulCases {
    private MatmulCases() {}

    public static void add(List<OpCase> all) {
        for (DType a : Sizes.FLOATS) {
            for (DType b : Sizes.FLOATS) {
                for (DType to : Sizes.FLOATS) {
                    boolean fits = (a == DType.F64) == (b == DType.F64) && (b == DType.F64) == (to == DType.F64);
                    if (fits) {
                        types(all, a, b, to);
                    }
                }
                if (a != DType.F64 && b != DType.F64) {
                    aligned(all, a, b);
                }
            }
        }
        for (DType a : List.of(DType.F32, DType.BF16, DType.F16, DType.F64)) {
            shapes(all, a);
        }
        // Long enough that sums rounded towards zero would show, and aligned for matrix units.
        for (DType b : List.of(DType.F32, DType.BF16, DType.F16)) {
            content(all, DType.F32, b, "of one sign", Content.uniform(0, 1), 17, 2048, 40);
            content(all, DType.F32, b, "spoiled", Content.spoiled(), 17, 296, 40);
        }
        layouts(all);
        batches(all);
        epilogues(all);
        for (DType type : Sizes.QUANTIZED) {
            quantized(all, type);
        }
    }

    /** All four ways that the two operands can be transposed. */
    private static void types(List<OpCase> all, DType a, DType b, DType to) {
        for (Placement left : List.of(Placement.CONTIGUOUS, Placement.TRANSPOSED)) {
            for (Placement right : List.of(Placement.CONTIGUOUS, Placement.TRANSPOSED)) {
                plain(all, a, b, to, left, right, Placement.CONTIGUOUS, 13, 33, 47);
                plain(all, a, b, to, left, right, Placement.CONTIGUOUS, 3, 207, 70);
                plain(all, a, b, to, left, right, Placement.CONTIGUOUS, 1, 100, 66);
            }
        }
    }

    /** The same with all lines on 16-byte addresses, as matrix units want them. */
    private static void aligned(List<OpCase> all, DType a, DType b) {
        for (Placement left : List.of(Placement.CONTIGUOUS, Placement.TRANSPOSED)) {
            for (Placement right : List.of(Placement.CONTIGUOUS, Placement.TRANSPOSED)) {
                plain(all, a, b, DType.F32, left, right, Placement.CONTIGUOUS, 72, 136, 80);
            }
        }
    }

    private static void shapes(List<OpCase> all, DType dtype) {
        long[][] shapes = {
            {0, 5, 3},
            {5, 0, 3},
            {5, 3, 0},
            {1, 1, 1},
            {2, 1, 13},
            {13, 207, 1},
            {1, 1001, 1},
            {64, 64, 64},
            {65, 130, 97},
            {129, 1001, 31},
            {207, 13, 130},
            {40, 4098, 5},
            {1, 4098, 33},
            {1, 13, 4098},
            {4, 1001, 65},
            {100, 300, 200}
        };
        for (long[] s : shapes) {
            for (Placement right : List.of(Placement.CONTIGUOUS, Placement.TRANSPOSED)) {
                plain(all, dtype, dtype, dtype, Placement.CONTIGUOUS, right, Placement.CONTIGUOUS, s[0], s[1], s[2]);
            }
            plain(
                    all,
                    dtype,
                    dtype,
                    dtype,
                    Placement.TRANSPOSED,
                    Placement.TRANSPOSED,
                    Placement.CONTIGUOUS,
                    s[0],
                    s[1],
                    s[2]);
        }
        // Decoding: few rows against a weight kept as [n, k].
        for (long rows = 1; rows <= 9; rows++) {
            plain(
                    all,
                    dtype,
                    dtype,
                    dtype,
                    Placement.CONTIGUOUS,
                    Placement.TRANSPOSED,
                    Placement.CONTIGUOUS,
                    rows,
                    576,
                    130);
            plain(
                    all,
                    dtype,
                    dtype,
                    dtype,
                    Placement.CONTIGUOUS,
                    Placement.CONTIGUOUS,
                    Placement.CONTIGUOUS,
                    rows,
                    130,
                    333);
        }
        content(all, dtype, dtype, "of one sign", Content.uniform(0, 1), 17, 300, 37);
        content(all, dtype, dtype, "spoiled", Content.spoiled(), 17, 300, 37);
    }

    private static void content(
            List<OpCase> all, DType dtype, DType typeB, String note, Content content, long m, long k, long n) {
        String types = dtype == typeB ? dtype.toString() : dtype + " by " + typeB;
        all.add(new OpCase(
                Matmul.class,
                "%s %s %dx%dx%d".formatted(types, note, m, k, n),
                List.of(
                        in("a", dtype, Placement.CONTIGUOUS, content, m, k),
                        in("b", typeB, Placement.CONTIGUOUS, Content.uniform(0, 1), k, n),
                        out("out", dtype, m, n)),
                t -> new Matmul(t.get("a"), t.get("b"), Epilogue.NONE, t.get("out"))));
    }

    private static void layouts(List<OpCase> all) {
        for (DType dtype : List.of(DType.F32, DType.BF16)) {
            for (Placement placement : Sizes.PLACEMENTS) {
                Placement contiguous = Placement.CONTIGUOUS;
                plain(all, dtype, dtype, dtype, placement, contiguous, contiguous, 19, 65, 40);
                plain(all, dtype, dtype, dtype, contiguous, placement, contiguous, 19, 65, 40);
                plain(all, dtype, dtype, dtype, placement, contiguous, contiguous, 2, 65, 40);
                plain(all, dtype, dtype, dtype, contiguous, placement, contiguous, 2, 65, 40);
                if (placement.fitsOutputs()) {
                    plain(all, dtype, dtype, dtype, contiguous, contiguous, placement, 19, 65, 40);
                    plain(all, dtype, dtype, dtype, contiguous, Placement.TRANSPOSED, placement, 1, 65, 40);
                    plain(all, dtype, dtype, dtype, placement, placement, placement, 70, 33, 50);
                }
            }
        }
    }

    private static void plain(
            List<OpCase> all,
            DType a,
            DType b,
            DType to,
            Placement left,
            Placement right,
            Placement result,
            long m,
            long k,
            long n) {
        String name = "%s x %s to %s %dx%dx%d %s %s to %s".formatted(a, b, to, m, k, n, left, right, result);
        all.add(new OpCase(
                Matmul.class,
                name,
                List.of(
                        in("a", a, left, Content.normal(1), m, k),
                        in("b", b, right, Content.normal(1), k, n),
                        out("out", to, result, m, n)),
                t -> new Matmul(t.get("a"), t.get("b"), Epilogue.NONE, t.get("out"))));
    }

    private static void batches(List<OpCase> all) {
        long[][][] shapes = {
            {{3, 17, 33}, {3, 33, 20}, {3, 17, 20}},
            {{3, 17, 33}, {33, 20}, {3, 17, 20}},
            {{17, 33}, {3, 33, 20}, {3, 17, 20}},
            {{2, 1, 17, 33}, {1, 3, 33, 20}, {2, 3, 17, 20}},
            {{2, 3, 1, 33}, {3, 33, 20}, {2, 3, 1, 20}},
            {{5, 1, 33}, {33, 20}, {5, 1, 20}},
            {{0, 4, 5}, {5, 6}, {0, 4, 6}},
        };
        for (DType dtype : List.of(DType.F32, DType.BF16, DType.F64)) {
            for (long[][] shape : shapes) {
                for (Placement placement : List.of(
                        Placement.CONTIGUOUS, Placement.SWAPPED_MIDDLE, Placement.TRANSPOSED, Placement.PADDED)) {
                    all.add(new OpCase(
                            Matmul.class,
                            "%s %s %s %s".formatted(dtype, Sizes.text(shape[0]), Sizes.text(shape[1]), placement),
                            List.of(
                                    in("a", dtype, placement, Content.normal(1), shape[0]),
                                    in("b", dtype, placement, Content.normal(1), shape[1]),
                                    out("out", dtype, placement, shape[2])),
                            t -> new Matmul(t.get("a"), t.get("b"), Epilogue.NONE, t.get("out"))));
                }
            }
        }
    }

    private static void epilogues(List<OpCase> all) {
        for (DType to : Sizes.FLOATS) {
            DType dtype = to;
            for (long m : new long[] {1, 3, 70}) {
                for (Activation activation : Activation.values()) {
                    epilogue(all, dtype, dtype, to, 0.3f, to, activation, true, Placement.CONTIGUOUS, m);
                }
                epilogue(all, dtype, dtype, to, 1, Sizes.wide(to), Activation.NONE, false, Placement.CONTIGUOUS, m);
                epilogue(all, dtype, dtype, to, -2, null, Activation.NONE, false, Placement.CONTIGUOUS, m);
                epilogue(all, dtype, dtype, to, 1, null, Activation.GELU, false, Placement.CONTIGUOUS, m);
                epilogue(all, dtype, dtype, to, 1, null, Activation.NONE, true, Placement.PADDED, m);
                epilogue(all, dtype, dtype, to, 0, to, Activation.NONE, true, Placement.CONTIGUOUS, m);
                accumulate(all, dtype, Placement.CONTIGUOUS, m);
                accumulate(all, dtype, Placement.TRANSPOSED, m);
            }
        }
        for (DType weight : List.of(DType.BF16, DType.Q8_0, DType.Q4_K)) {
            for (long m : new long[] {1, 5, 20}) {
                epilogue(
                        all,
                        DType.F32,
                        weight,
                        DType.F32,
                        0.3f,
                        DType.F32,
                        Activation.SILU,
                        true,
                        Placement.CONTIGUOUS,
                        m);
            }
        }
    }

    private static void epilogue(
            List<OpCase> all,
            DType a,
            DType b,
            DType to,
            float scale,
            @org.jspecify.annotations.Nullable DType bias,
            Activation activation,
            boolean residual,
            Placement placement,
            long m) {
        long k = 256;
        long n = 75;
        List<Operand> operands = new ArrayList<>();
        operands.add(in("a", a, placement, Content.normal(0.2), m, k));
        operands.add(in("weight", b, placement, b.isQuantized() ? Content.any(b) : Content.normal(0.5), n, k));
        if (bias != null) {
            operands.add(in("bias", bias, placement, Content.normal(1), n));
        }
        if (residual) {
            operands.add(in("residual", to, placement, Content.normal(1), m, n));
        }
        operands.add(out("out", to, placement, m, n));
        all.add(new OpCase(
                Matmul.class,
                "%s x %s to %s, %d rows %s, scale %s, bias %s, %s%s"
                        .formatted(a, b, to, m, placement, scale, bias, activation, residual ? ", residual" : ""),
                operands,
                t -> new Matmul(
                        t.get("a"),
                        t.get("weight").transpose(),
                        new Epilogue(
                                scale,
                                bias == null ? null : t.get("bias"),
                                activation,
                                residual ? t.get("residual") : null),
                        t.get("out"))));
    }

    private static void accumulate(List<OpCase> all, DType dtype, Placement placement, long m) {
        all.add(new OpCase(
                Matmul.class,
                "%s, %d rows %s, added to the output".formatted(dtype, m, placement),
                List.of(
                        in("a", dtype, Placement.CONTIGUOUS, Content.normal(1), m, 130),
                        in("b", dtype, Placement.CONTIGUOUS, Content.normal(1), 130, 65),
                        in("out", dtype, placement, Content.normal(1), m, 65)),
                t -> {
                    Tensor out = t.get("out");
                    return new Matmul(t.get("a"), t.get("b"), new Epilogue(1, null, Activation.NONE, out), out);
                }));
    }

    private static void quantized(List<OpCase> all, DType type) {
        long block = type.blockSize();
        for (DType a : List.of(DType.F32, DType.F16, DType.BF16)) {
            for (long rows = 1; rows <= 9; rows++) {
                quantized(all, a, type, a, Placement.CONTIGUOUS, Placement.CONTIGUOUS, rows, 2 * 256, 33);
            }
            quantized(all, a, type, DType.F32, Placement.CONTIGUOUS, Placement.CONTIGUOUS, 1, block, 1);
            quantized(all, a, type, a, Placement.CONTIGUOUS, Placement.CONTIGUOUS, 0, block, 13);
            quantized(all, a, type, a, Placement.CONTIGUOUS, Placement.CONTIGUOUS, 3, block, 0);
            quantized(all, a, type, a, Placement.CONTIGUOUS, Placement.CONTIGUOUS, 70, 5 * block, 100);
            quantized(all, a, type, a, Placement.PADDED, Placement.PADDED, 4, 3 * block, 29);
            quantized(all, a, type, a, Placement.PADDED, Placement.PADDED, 33, 3 * block, 29);
            quantized(all, a, type, a, Placement.TRANSPOSED, Placement.CONTIGUOUS, 5, 3 * block, 29);
            quantized(all, a, type, a, Placement.STRIDED, Placement.CONTIGUOUS, 20, 3 * block, 29);
        }
        quantized(all, DType.F32, type, DType.BF16, Placement.CONTIGUOUS, Placement.CONTIGUOUS, 2, 4096, 13);
        for (DType a : List.of(DType.F32, DType.F16, DType.BF16)) {
            for (long rows : new long[] {3, 20}) {
                infinite(all, a, type, rows);
            }
        }
        batched(all, type, new long[] {3, 5, 256}, new long[] {70, 256}, new long[] {3, 5, 70});
        batched(all, type, new long[] {3, 1, 256}, new long[] {70, 256}, new long[] {3, 1, 70});
        batched(all, type, new long[] {2, 5, 256}, new long[] {2, 7, 256}, new long[] {2, 5, 7});
    }

    private static void quantized(
            List<OpCase> all, DType a, DType type, DType to, Placement left, Placement right, long m, long k, long n) {
        all.add(new OpCase(
                Matmul.class,
                "%s x %s to %s %dx%dx%d %s %s".formatted(a, type, to, m, k, n, left, right),
                List.of(
                        in("a", a, left, Content.normal(1), m, k),
                        in("weight", type, right, Content.any(type), n, k),
                        out("out", to, m, n)),
                MatmulCases::linear));
    }

    /** An infinity a row: what it is times a weight has the weight's sign, whatever the weight is made of. */
    private static void infinite(List<OpCase> all, DType a, DType type, long rows) {
        Content infinities = target -> {
            for (long i = 0; i < target.count(); i++) {
                long row = i / 512;
                double infinity = row % 2 == 0 ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
                target.real(
                        i,
                        i % 512 == 37 * row % 512 ? infinity : target.random().nextGaussian());
            }
        };
        all.add(new OpCase(
                Matmul.class,
                "%s infinite x %s %dx512x33".formatted(a, type, rows),
                List.of(
                        in("a", a, Placement.CONTIGUOUS, infinities, rows, 512),
                        in("weight", type, Placement.CONTIGUOUS, Content.any(type), 33, 512),
                        out("out", DType.F32, rows, 33)),
                MatmulCases::linear));
    }

    private static void batched(List<OpCase> all, DType type, long[] a, long[] weight, long[] to) {
        all.add(new OpCase(
                Matmul.class,
                "F32 x %s %s %s".formatted(type, Sizes.text(a), Sizes.text(weight)),
                List.of(in("a", DType.F32, a), in("weight", type, weight), out("out", DType.F32, to)),
                MatmulCases::linear));
    }

    private static Matmul linear(Bindings t) {
        return new Matmul(t.get("a"), t.get("weight").transpose(), Epilogue.NONE, t.get("out"));
    }
}
