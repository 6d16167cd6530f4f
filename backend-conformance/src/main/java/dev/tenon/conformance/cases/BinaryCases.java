package dev.tenon.conformance.cases;

import static dev.tenon.conformance.Operand.in;
import static dev.tenon.conformance.Operand.out;

import dev.tenon.DType;
import dev.tenon.conformance.Content;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.Placement;
import dev.tenon.op.Binary;
import dev.tenon.op.BinaryKind;
import dev.tenon.op.Where;
import java.util.List;

/** Binary and Where. */
public final class BinaryCases {
    private BinaryCases() {}

    public static void add(List<OpCase> all) {
        for (BinaryKind kind : BinaryKind.values()) {
            for (DType dtype : types(kind)) {
                for (long n : Sizes.LENGTHS) {
                    binary(all, kind, dtype, Placement.CONTIGUOUS, "", new long[] {n}, new long[] {n}, new long[] {n});
                }
                binary(all, kind, dtype, Placement.OFFSET, "", new long[] {207}, new long[] {207}, new long[] {207});
                // A row, a column and a number against a matrix, each way round.
                binary(all, kind, dtype, Placement.CONTIGUOUS, "", new long[] {5, 33}, new long[] {33}, new long[] {
                    5, 33
                });
                binary(all, kind, dtype, Placement.CONTIGUOUS, "", new long[] {5, 1}, new long[] {5, 33}, new long[] {
                    5, 33
                });
                binary(all, kind, dtype, Placement.CONTIGUOUS, "", new long[] {5, 33}, new long[] {}, new long[] {5, 33
                });
                binary(all, kind, dtype, Placement.CONTIGUOUS, "", new long[] {5, 1}, new long[] {1, 33}, new long[] {
                    5, 33
                });
            }
            special(all, kind);
        }
        for (BinaryKind kind : List.of(BinaryKind.ADD, BinaryKind.LESS)) {
            for (DType dtype : List.of(DType.F32, DType.BF16, DType.I32, DType.U8)) {
                for (Placement placement : Sizes.PLACEMENTS) {
                    long[] sizes = {3, 13, 33};
                    binary(all, kind, dtype, placement, "layout ", sizes, sizes, sizes);
                    binary(all, kind, dtype, placement, "layout ", sizes, new long[] {13, 33}, sizes);
                }
                long[] middle = {2, 1, 4};
                binary(all, kind, dtype, Placement.CONTIGUOUS, "", new long[] {2, 5, 4}, middle, new long[] {2, 5, 4});
                binary(all, kind, dtype, Placement.CONTIGUOUS, "", new long[] {0, 4}, new long[] {1, 4}, new long[] {
                    0, 4
                });
                binary(all, kind, dtype, Placement.CONTIGUOUS, "", new long[] {}, new long[] {}, new long[] {});
            }
        }
        inPlace(all);
        where(all);
    }

    private static List<DType> types(BinaryKind kind) {
        if (kind.isBitwise()) {
            return List.of(DType.BOOL, DType.I64, DType.I32, DType.I16, DType.I8, DType.U8);
        }
        if (kind == BinaryKind.POWER) {
            return Sizes.FLOATS;
        }
        return kind == BinaryKind.EQUAL || kind == BinaryKind.NOT_EQUAL
                ? Sizes.PLAIN
                : Sizes.PLAIN.stream().filter(type -> type != DType.BOOL).toList();
    }

    private static Content left(BinaryKind kind, DType dtype) {
        return switch (kind) {
            case POWER -> Content.uniform(0.05, 8);
            // Equal elements must occur.
            case EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL ->
                dtype == DType.BOOL ? Content.any(dtype) : Content.whole(dtype == DType.U8 ? 0 : -3, 4);
            case REMAINDER -> dtype.isFloat() ? Content.normal(20) : Content.any(dtype);
            case ADD, SUBTRACT, MULTIPLY, DIVIDE, MAXIMUM, MINIMUM, AND, OR, XOR -> Content.any(dtype);
        };
    }

    private static Content right(BinaryKind kind, DType dtype) {
        return switch (kind) {
            case POWER -> Content.normal(2);
            // Division by zero must occur, and by -1 of the smallest integer.
            case DIVIDE, REMAINDER ->
                dtype.isFloat() ? Content.normal(2) : Content.whole(dtype == DType.U8 ? 0 : -2, 5);
            case ADD,
                    SUBTRACT,
                    MULTIPLY,
                    MAXIMUM,
                    MINIMUM,
                    EQUAL,
                    NOT_EQUAL,
                    LESS,
                    LESS_EQUAL,
                    GREATER,
                    GREATER_EQUAL,
                    AND,
                    OR,
                    XOR -> left(kind, dtype);
        };
    }

    private static void binary(
            List<OpCase> all,
            BinaryKind kind,
            DType dtype,
            Placement placement,
            String note,
            long[] a,
            long[] b,
            long[] c) {
        DType result = kind.isComparison() ? DType.BOOL : dtype;
        Placement second = b.length == a.length ? placement : Placement.CONTIGUOUS;
        all.add(new OpCase(
                Binary.class,
                "%s %s %s%s and %s %s".formatted(kind, dtype, note, Sizes.text(a), Sizes.text(b), placement),
                List.of(
                        in("a", dtype, placement, left(kind, dtype), a),
                        in("b", dtype, second, right(kind, dtype), b),
                        out("out", result, Sizes.output(placement), c)),
                t -> new Binary(kind, t.get("a"), t.get("b"), t.get("out"))));
    }

    private static void special(List<OpCase> all, BinaryKind kind) {
        if (kind.isBitwise()) {
            return;
        }
        for (DType dtype : Sizes.FLOATS) {
            DType result = kind.isComparison() ? DType.BOOL : dtype;
            // What pow gives for a base of 1 or -1 and NaN or an infinity differs between languages: not asked.
            Content a = kind == BinaryKind.POWER
                    ? Content.of(0, 0.5, 2, 3, Double.POSITIVE_INFINITY, Double.NaN)
                    : Content.special();
            Content b = kind == BinaryKind.POWER
                    ? Content.of(0, 1, 2, -2, 0.5, -0.5, 1, 3, 2, 1.5, 0, 2, -1)
                    : Content.special();
            all.add(new OpCase(
                    Binary.class,
                    "%s %s special [1001]".formatted(kind, dtype),
                    List.of(
                            in("a", dtype, Placement.CONTIGUOUS, a, 1001),
                            in("b", dtype, Placement.CONTIGUOUS, b, 1001),
                            out("out", result, 1001)),
                    t -> new Binary(kind, t.get("a"), t.get("b"), t.get("out"))));
        }
    }

    private static void inPlace(List<OpCase> all) {
        for (BinaryKind kind : List.of(BinaryKind.SUBTRACT, BinaryKind.MULTIPLY)) {
            for (DType dtype : List.of(DType.F32, DType.F16, DType.I16)) {
                for (Placement placement : List.of(Placement.CONTIGUOUS, Placement.PADDED, Placement.REVERSED)) {
                    for (String into : List.of("a", "b")) {
                        all.add(new OpCase(
                                Binary.class,
                                "%s %s [7, 207] %s into %s".formatted(kind, dtype, placement, into),
                                List.of(
                                        in("a", dtype, placement, Content.any(dtype), 7, 207),
                                        in("b", dtype, placement, Content.any(dtype), 7, 207)),
                                t -> new Binary(kind, t.get("a"), t.get("b"), t.get(into))));
                    }
                }
            }
        }
        all.add(new OpCase(
                Binary.class,
                "MULTIPLY F32 [1001] a tensor by itself, in place",
                List.of(in("a", DType.F32, 1001)),
                t -> new Binary(BinaryKind.MULTIPLY, t.get("a"), t.get("a"), t.get("a"))));
        all.add(new OpCase(
                Binary.class,
                "ADD F32 [33, 33] a tensor and its transpose",
                List.of(in("a", DType.F32, 33, 33), out("out", DType.F32, 33, 33)),
                t -> new Binary(BinaryKind.ADD, t.get("a"), t.get("a").transpose(), t.get("out"))));
        all.add(new OpCase(
                Binary.class,
                "SUBTRACT F32 [4, 2 x 50] columns into other columns",
                List.of(in("both", DType.F32, 4, 150)),
                t -> new Binary(
                        BinaryKind.SUBTRACT,
                        t.get("both").slice(1, 0, 50),
                        t.get("both").slice(1, 50, 100),
                        t.get("both").slice(1, 100, 150))));
    }

    private static void where(List<OpCase> all) {
        for (DType dtype : Sizes.PLAIN) {
            for (long n : Sizes.LENGTHS) {
                where(all, dtype, Placement.CONTIGUOUS, new long[] {n}, new long[] {n}, new long[] {n}, new long[] {n});
            }
            long[] out = {4, 5, 33};
            where(all, dtype, Placement.CONTIGUOUS, new long[] {5, 33}, new long[] {4, 1, 33}, new long[] {}, out);
            where(all, dtype, Placement.CONTIGUOUS, new long[] {4, 5, 1}, new long[] {1}, new long[] {5, 33}, out);
        }
        for (Placement placement : Sizes.PLACEMENTS) {
            long[] sizes = {3, 13, 33};
            where(all, DType.F32, placement, sizes, sizes, sizes, sizes);
            where(all, DType.I16, placement, sizes, sizes, sizes, sizes);
        }
        all.add(new OpCase(
                Where.class,
                "F32 [207] into a",
                List.of(in("condition", DType.BOOL, 207), in("a", DType.F32, 207), in("b", DType.F32, 207)),
                t -> new Where(t.get("condition"), t.get("a"), t.get("b"), t.get("a"))));
        all.add(new OpCase(
                Where.class,
                "F32 special [1001] keeps NaN payloads' class and signed zeros",
                List.of(
                        in("condition", DType.BOOL, 1001),
                        in("a", DType.F32, Placement.CONTIGUOUS, Content.special(), 1001),
                        in("b", DType.F32, Placement.CONTIGUOUS, Content.special(), 1001),
                        out("out", DType.F32, 1001)),
                t -> new Where(t.get("condition"), t.get("a"), t.get("b"), t.get("out"))));
    }

    private static void where(
            List<OpCase> all, DType dtype, Placement placement, long[] condition, long[] a, long[] b, long[] out) {
        all.add(new OpCase(
                Where.class,
                "%s %s ? %s : %s %s".formatted(dtype, Sizes.text(condition), Sizes.text(a), Sizes.text(b), placement),
                List.of(
                        in("condition", DType.BOOL, placement, Content.any(DType.BOOL), condition),
                        in("a", dtype, placement, Content.any(dtype), a),
                        in("b", dtype, Placement.CONTIGUOUS, Content.any(dtype), b),
                        out("out", dtype, Sizes.output(placement), out)),
                t -> new Where(t.get("condition"), t.get("a"), t.get("b"), t.get("out"))));
    }
}
