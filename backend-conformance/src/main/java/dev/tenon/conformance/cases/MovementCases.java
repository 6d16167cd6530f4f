package dev.tenon.conformance.cases;

import static dev.tenon.conformance.Operand.in;
import static dev.tenon.conformance.Operand.out;

import dev.tenon.DType;
import dev.tenon.conformance.Content;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.Operand;
import dev.tenon.conformance.Placement;
import dev.tenon.op.CacheWrite;
import dev.tenon.op.Cast;
import dev.tenon.op.Concat;
import dev.tenon.op.Copy;
import dev.tenon.op.Fill;
import dev.tenon.op.Gather;
import dev.tenon.op.RandomFill;
import dev.tenon.op.RandomFill.Bernoulli;
import dev.tenon.op.RandomFill.Distribution;
import dev.tenon.op.RandomFill.Normal;
import dev.tenon.op.RandomFill.Uniform;
import dev.tenon.op.ScatterAdd;
import java.util.ArrayList;
import java.util.List;

/** Copy, Cast, Fill, RandomFill, Concat, Gather, ScatterAdd, CacheWrite. */
public final class MovementCases {
    private MovementCases() {}

    public static void add(List<OpCase> all) {
        copies(all);
        casts(all);
        fills(all);
        concats(all);
        gathers(all);
        scatters(all);
        cacheWrites(all);
    }

    private static void copies(List<OpCase> all) {
        for (DType dtype : Sizes.PLAIN) {
            for (long n : Sizes.LENGTHS) {
                copy(all, dtype, Placement.CONTIGUOUS, Placement.CONTIGUOUS, new long[] {n}, new long[] {n});
            }
            for (Placement from : Sizes.PLACEMENTS) {
                copy(all, dtype, from, Placement.CONTIGUOUS, new long[] {3, 17, 65}, new long[] {3, 17, 65});
            }
            for (Placement to : Sizes.OUTPUTS) {
                copy(all, dtype, Placement.TRANSPOSED, to, new long[] {2, 33, 40}, new long[] {2, 33, 40});
            }
            copy(all, dtype, Placement.CONTIGUOUS, Placement.PADDED, new long[] {65}, new long[] {4, 3, 65});
            copy(all, dtype, Placement.CONTIGUOUS, Placement.CONTIGUOUS, new long[] {4, 1, 65}, new long[] {4, 3, 65});
            copy(all, dtype, Placement.CONTIGUOUS, Placement.CONTIGUOUS, new long[] {}, new long[] {13, 7});
        }
        for (DType dtype : Sizes.QUANTIZED) {
            long row = 2L * dtype.blockSize();
            for (Placement placement : Sizes.PLACEMENTS) {
                if (placement.fitsBlocks()) {
                    Placement to = Sizes.output(placement);
                    copy(all, dtype, placement, Placement.CONTIGUOUS, new long[] {3, 5, row}, new long[] {3, 5, row});
                    copy(all, dtype, Placement.CONTIGUOUS, to, new long[] {3, 5, row}, new long[] {3, 5, row});
                }
            }
            copy(all, dtype, Placement.CONTIGUOUS, Placement.CONTIGUOUS, new long[] {row}, new long[] {4, row});
            copy(all, dtype, Placement.CONTIGUOUS, Placement.CONTIGUOUS, new long[] {0, row}, new long[] {0, row});
        }
        for (DType dtype : Sizes.FLOATS) {
            all.add(new OpCase(
                    Copy.class,
                    dtype + " special [1001]",
                    List.of(in("in", dtype, Placement.CONTIGUOUS, Content.special(), 1001), out("out", dtype, 1001)),
                    t -> new Copy(t.get("in"), t.get("out"))));
        }
        all.add(new OpCase(
                Copy.class,
                "F32 [2 x 100] one half of a tensor onto the other",
                List.of(in("both", DType.F32, 200)),
                t -> new Copy(t.get("both").slice(0, 0, 100), t.get("both").slice(0, 100, 200))));
    }

    private static void copy(List<OpCase> all, DType dtype, Placement from, Placement to, long[] sizes, long[] target) {
        all.add(new OpCase(
                Copy.class,
                "%s %s to %s %s to %s".formatted(dtype, Sizes.text(sizes), Sizes.text(target), from, to),
                List.of(in("in", dtype, from, Content.any(dtype), sizes), out("out", dtype, to, target)),
                t -> new Copy(t.get("in"), t.get("out"))));
    }

    private static void casts(List<OpCase> all) {
        for (DType from : Sizes.PLAIN) {
            for (DType to : Sizes.PLAIN) {
                List<Content> contents = new ArrayList<>(List.of(Content.any(from)));
                if (from.isFloat()) {
                    contents.add(Content.special());
                    contents.add(Content.normal(1e4));
                } else if (from != DType.BOOL) {
                    contents.add(Content.whole(from == DType.U8 ? 0 : -100, 100));
                }
                for (int i = 0; i < contents.size(); i++) {
                    long n = i == 0 ? 1001 : 4098;
                    cast(all, from, to, contents.get(i), "content " + i + " ", Placement.CONTIGUOUS, n);
                }
                cast(all, from, to, Content.any(from), "", Placement.CONTIGUOUS, 0);
                cast(all, from, to, Content.any(from), "", Placement.CONTIGUOUS);
                cast(all, from, to, Content.any(from), "", Placement.OFFSET, 13);
                cast(all, from, to, Content.any(from), "", Placement.TRANSPOSED, 5, 33);
            }
        }
        for (Placement placement : Sizes.PLACEMENTS) {
            cast(all, DType.F32, DType.BF16, Content.normal(1), "layout ", placement, 3, 13, 33);
            cast(all, DType.F16, DType.F32, Content.normal(1), "layout ", placement, 3, 13, 33);
        }
    }

    private static void cast(
            List<OpCase> all, DType from, DType to, Content content, String note, Placement placement, long... sizes) {
        all.add(new OpCase(
                Cast.class,
                "%s to %s %s%s %s".formatted(from, to, note, Sizes.text(sizes), placement),
                List.of(in("in", from, placement, content, sizes), out("out", to, Sizes.output(placement), sizes)),
                t -> new Cast(t.get("in"), t.get("out"))));
    }

    private static void fills(List<OpCase> all) {
        for (DType dtype : Sizes.PLAIN) {
            for (double value : new double[] {0, 1, -2.75, 0.1, 1e30, Double.NaN, Double.NEGATIVE_INFINITY}) {
                fill(all, dtype, value, Placement.CONTIGUOUS, 207);
            }
            for (long n : Sizes.LENGTHS) {
                fill(all, dtype, 3, Placement.CONTIGUOUS, n);
            }
            for (Placement placement : Sizes.OUTPUTS) {
                fill(all, dtype, 7, placement, 3, 5, 13);
            }
            fill(all, dtype, 1, Placement.CONTIGUOUS);
        }
        List<Distribution> distributions = List.of(
                new Uniform(0, 1), new Uniform(-3, 0.5f), new Normal(0, 1), new Normal(5, 0.02f), new Bernoulli(0.3f));
        for (DType dtype : Sizes.FLOATS) {
            for (Distribution distribution : distributions) {
                for (long n : Sizes.LENGTHS) {
                    random(all, dtype, distribution, 42, 0, Placement.CONTIGUOUS, n);
                }
                random(all, dtype, distribution, -7, 1, Placement.CONTIGUOUS, 207);
                random(all, dtype, distribution, 1L << 40, (1L << 34) + 3, Placement.PADDED, 5, 33);
                random(all, dtype, distribution, 0, 2, Placement.TRANSPOSED, 5, 33);
            }
        }
    }

    private static void fill(List<OpCase> all, DType dtype, double value, Placement placement, long... sizes) {
        all.add(new OpCase(
                Fill.class,
                "%s with %s %s %s".formatted(dtype, value, Sizes.text(sizes), placement),
                List.of(out("out", dtype, placement, sizes)),
                t -> new Fill(value, t.get("out"))));
    }

    private static void random(
            List<OpCase> all,
            DType dtype,
            Distribution distribution,
            long seed,
            long offset,
            Placement placement,
            long... n) {
        all.add(new OpCase(
                RandomFill.class,
                "%s %s seed %d from %d %s %s".formatted(dtype, distribution, seed, offset, Sizes.text(n), placement),
                List.of(out("out", dtype, placement, n)),
                t -> new RandomFill(distribution, seed, offset, t.get("out"))));
    }

    private static void concats(List<OpCase> all) {
        for (DType dtype : Sizes.PLAIN) {
            for (int axis = 0; axis < 3; axis++) {
                concat(all, dtype, axis, Placement.CONTIGUOUS, 4, 1, 0, 7);
            }
            concat(all, dtype, 1, Placement.CONTIGUOUS, 5);
        }
        for (Placement placement : Sizes.PLACEMENTS) {
            concat(all, DType.F32, 0, placement, 2, 3);
            concat(all, DType.BF16, 2, placement, 8, 3);
        }
    }

    private static void concat(List<OpCase> all, DType dtype, int axis, Placement placement, long... lengths) {
        List<Operand> operands = new ArrayList<>();
        long[] joined = {3, 5, 13};
        joined[axis] = 0;
        for (int i = 0; i < lengths.length; i++) {
            long[] sizes = {3, 5, 13};
            sizes[axis] = lengths[i];
            joined[axis] += lengths[i];
            operands.add(in("part" + i, dtype, placement, Content.any(dtype), sizes));
        }
        operands.add(out("out", dtype, Sizes.output(placement), joined));
        all.add(new OpCase(
                Concat.class,
                "%s axis %d of %s %s".formatted(dtype, axis, Sizes.text(lengths), placement),
                operands,
                t -> {
                    List<dev.tenon.Tensor> parts = new ArrayList<>();
                    for (int i = 0; i < lengths.length; i++) {
                        parts.add(t.get("part" + i));
                    }
                    return new Concat(parts, axis, t.get("out"));
                }));
    }

    private static void gathers(List<OpCase> all) {
        for (DType dtype : Sizes.PLAIN) {
            for (DType index : List.of(DType.I32, DType.I64)) {
                gather(all, dtype, dtype, index, Placement.CONTIGUOUS, new long[] {11, 33}, 13);
                gather(all, dtype, dtype, index, Placement.CONTIGUOUS, new long[] {11, 3, 5}, 2, 7);
                gather(all, dtype, dtype, index, Placement.CONTIGUOUS, new long[] {11}, 207);
                gather(all, dtype, dtype, index, Placement.CONTIGUOUS, new long[] {11, 33}, 0);
            }
            gather(all, dtype, dtype, DType.I32, Placement.CONTIGUOUS, new long[] {5, 0}, 3);
            gather(all, dtype, dtype, DType.I32, Placement.CONTIGUOUS, new long[] {5, 1001});
        }
        for (Placement placement : Sizes.PLACEMENTS) {
            gather(all, DType.F32, DType.F32, DType.I32, placement, new long[] {7, 33}, 3, 5);
        }
        for (DType dtype : Sizes.QUANTIZED) {
            long row = 2L * dtype.blockSize();
            for (DType to : List.of(DType.F32, DType.F16, DType.BF16)) {
                gather(all, dtype, to, DType.I32, Placement.CONTIGUOUS, new long[] {9, row}, 13);
            }
            gather(all, dtype, DType.F32, DType.I64, Placement.PADDED, new long[] {9, row}, 2, 3);
            gather(all, dtype, DType.F32, DType.I64, Placement.CONTIGUOUS, new long[] {9, row}, 0);
        }
    }

    private static void gather(
            List<OpCase> all, DType dtype, DType to, DType index, Placement placement, long[] table, long... indices) {
        long[] sizes = new long[indices.length + table.length - 1];
        System.arraycopy(indices, 0, sizes, 0, indices.length);
        System.arraycopy(table, 1, sizes, indices.length, table.length - 1);
        Placement output =
                dtype.isQuantized() && placement == Placement.PADDED ? Placement.STRIDED : Sizes.output(placement);
        all.add(new OpCase(
                Gather.class,
                "%s%s to %s by %s%s %s".formatted(dtype, Sizes.text(table), to, index, Sizes.text(indices), placement),
                List.of(
                        in("table", dtype, placement, Content.any(dtype), table),
                        in("indices", index, placement, Content.whole(0, table[0]), indices),
                        out("out", to, output, sizes)),
                t -> new Gather(t.get("table"), t.get("indices"), t.get("out"))));
    }

    private static void scatters(List<OpCase> all) {
        for (DType dtype : Sizes.FLOATS) {
            for (DType table : dtype == Sizes.wide(dtype) ? List.of(dtype) : List.of(dtype, DType.F32)) {
                for (DType index : List.of(DType.I32, DType.I64)) {
                    scatter(all, dtype, table, index, Placement.CONTIGUOUS, new long[] {7, 33}, 50);
                    scatter(all, dtype, table, index, Placement.CONTIGUOUS, new long[] {7}, 207);
                }
                scatter(all, dtype, table, DType.I32, Placement.CONTIGUOUS, new long[] {3, 5, 7}, 4, 9);
                scatter(all, dtype, table, DType.I32, Placement.CONTIGUOUS, new long[] {7, 33}, 0);
                scatter(all, dtype, table, DType.I32, Placement.CONTIGUOUS, new long[] {1, 1001}, 3);
            }
        }
        for (Placement placement : Sizes.PLACEMENTS) {
            scatter(all, DType.F32, DType.F32, DType.I64, placement, new long[] {7, 33}, 40);
        }
    }

    private static void scatter(
            List<OpCase> all, DType dtype, DType to, DType index, Placement placement, long[] table, long... indices) {
        long[] rows = new long[indices.length + table.length - 1];
        System.arraycopy(indices, 0, rows, 0, indices.length);
        System.arraycopy(table, 1, rows, indices.length, table.length - 1);
        all.add(new OpCase(
                ScatterAdd.class,
                "%s%s to %s%s by %s %s".formatted(dtype, Sizes.text(rows), to, Sizes.text(table), index, placement),
                List.of(
                        in("rows", dtype, placement, Content.normal(1), rows),
                        in("indices", index, placement, Content.whole(-1, table[0]), indices),
                        in("table", to, Sizes.output(placement), Content.normal(1), table)),
                t -> new ScatterAdd(t.get("rows"), t.get("indices"), t.get("table"))));
    }

    private static void cacheWrites(List<OpCase> all) {
        for (DType from : List.of(DType.F32, DType.F16, DType.BF16)) {
            for (DType to : List.of(DType.F32, DType.F16, DType.BF16, DType.Q8_0)) {
                for (DType index : List.of(DType.I32, DType.I64)) {
                    cacheWrite(all, from, to, index, Placement.CONTIGUOUS, Placement.CONTIGUOUS, 7, 3, 64, 19);
                }
                cacheWrite(all, from, to, DType.I32, Placement.SWAPPED_MIDDLE, Placement.SWAPPED_MIDDLE, 5, 2, 32, 9);
                cacheWrite(all, from, to, DType.I32, Placement.PADDED, Placement.PADDED, 1, 2, 32, 4);
                cacheWrite(all, from, to, DType.I32, Placement.TRANSPOSED, Placement.CONTIGUOUS, 4, 2, 96, 4);
                cacheWrite(all, from, to, DType.I32, Placement.CONTIGUOUS, Placement.CONTIGUOUS, 0, 2, 32, 4);
            }
        }
        all.add(new OpCase(
                CacheWrite.class,
                "F32 with skipped rows",
                List.of(
                        in("rows", DType.F32, 6, 2, 13),
                        in("slots", DType.I32, Placement.CONTIGUOUS, Content.of(3, -1, 0, -1, -5, 7), 6),
                        in("cache", DType.F32, 8, 2, 13)),
                t -> new CacheWrite(t.get("rows"), t.get("slots"), t.get("cache"))));
    }

    private static void cacheWrite(
            List<OpCase> all,
            DType from,
            DType to,
            DType index,
            Placement rows,
            Placement cache,
            long n,
            long heads,
            long size,
            long slots) {
        all.add(new OpCase(
                CacheWrite.class,
                "%s[%d, %d, %d] to %s[%d] by %s %s to %s"
                        .formatted(from, n, heads, size, to, slots, index, rows, cache),
                List.of(
                        in("rows", from, rows, Content.normal(1), n, heads, size),
                        in("slots", index, Placement.CONTIGUOUS, Content.distinct(slots), n),
                        in("cache", to, cache, Content.any(to), slots, heads, size)),
                t -> new CacheWrite(t.get("rows"), t.get("slots"), t.get("cache"))));
    }
}
