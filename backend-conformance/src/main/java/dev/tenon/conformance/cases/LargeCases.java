package dev.tenon.conformance.cases;

import static dev.tenon.conformance.Operand.in;
import static dev.tenon.conformance.Operand.out;

import dev.tenon.DType;
import dev.tenon.conformance.Bindings;
import dev.tenon.conformance.Content;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.Operand;
import dev.tenon.conformance.Placement;
import dev.tenon.op.*;
import java.util.List;
import java.util.function.Function;

/** Sizes at which work is split over threads, or over blocks of a cache or a grid: past the small cases' reach. */
public final class LargeCases {
    private static final long MANY = (1 << 18) + 13;

    private LargeCases() {}

    public static void add(List<OpCase> all) {
        elements(all);
        rows(all);
        products(all);
        moves(all);
    }

    private static void add(
            List<OpCase> all, Class<? extends Op> op, String name, Function<Bindings, Op> build, Operand... operands) {
        all.add(new OpCase(op, "large " + name, List.of(operands), build));
    }

    private static Operand plain(String name, DType dtype, long... sizes) {
        return in(name, dtype, Placement.CONTIGUOUS, Content.normal(1), sizes);
    }

    private static void elements(List<OpCase> all) {
        for (DType dtype : List.of(DType.F32, DType.BF16)) {
            add(
                    all,
                    Unary.class,
                    "EXP " + dtype,
                    t -> new Unary(UnaryKind.EXP, t.get("a"), t.get("out")),
                    plain("a", dtype, MANY),
                    out("out", dtype, MANY));
            add(
                    all,
                    Binary.class,
                    "ADD " + dtype + " row to matrix",
                    t -> new Binary(BinaryKind.ADD, t.get("a"), t.get("b"), t.get("out")),
                    plain("a", dtype, 1001, 777),
                    plain("b", dtype, 777),
                    out("out", dtype, 1001, 777));
            add(
                    all,
                    GatedActivation.class,
                    "SILU " + dtype,
                    t -> new GatedActivation(Activation.SILU, t.get("a"), t.get("b"), t.get("out")),
                    plain("a", dtype, 301, 1536),
                    plain("b", dtype, 301, 1536),
                    out("out", dtype, 301, 1536));
            add(
                    all,
                    AdamW.class,
                    dtype.toString(),
                    t -> new AdamW(
                            t.get("w"), t.get("g"), t.get("m"), t.get("v"), t.get("s"), 0.9f, 0.99f, 1e-8f, 0.1f),
                    plain("w", dtype, 300_007),
                    plain("g", dtype, 300_007),
                    plain("m", DType.F32, 300_007),
                    in("v", DType.F32, Placement.CONTIGUOUS, Content.uniform(0, 1), 300_007),
                    in("s", DType.F32, Placement.CONTIGUOUS, Content.of(0.01, 5, 1), 3));
            add(
                    all,
                    AllReduce.class,
                    dtype + " 3 ranks",
                    t -> new AllReduce(
                            ReduceKind.SUM, CollectiveCases.list(t, "in", 3), CollectiveCases.list(t, "in", 3)),
                    plain("in0", dtype, 300_007),
                    plain("in1", dtype, 300_007),
                    plain("in2", dtype, 300_007));
        }
        add(
                all,
                Cast.class,
                "F32 to F16",
                t -> new Cast(t.get("a"), t.get("out")),
                plain("a", DType.F32, MANY),
                out("out", DType.F16, MANY));
        add(all, Fill.class, "F32", t -> new Fill(3, t.get("out")), out("out", DType.F32, MANY));
        RandomFill.Normal normal = new RandomFill.Normal(0, 1);
        add(all, RandomFill.class, "F32", t -> new RandomFill(normal, 9, 5, t.get("out")), out("out", DType.F32, MANY));
        add(
                all,
                Where.class,
                "F32",
                t -> new Where(t.get("c"), t.get("a"), t.get("b"), t.get("out")),
                in("c", DType.BOOL, MANY),
                plain("a", DType.F32, MANY),
                plain("b", DType.F32, 1),
                out("out", DType.F32, MANY));
    }

    private static void rows(List<OpCase> all) {
        for (List<Integer> axes : List.of(List.of(0), List.of(1), List.of(0, 1))) {
            long first = axes.contains(0) ? 1 : 1003;
            long second = axes.contains(1) ? 1 : 770;
            for (ReduceKind kind : List.of(ReduceKind.SUM, ReduceKind.MAX)) {
                add(
                        all,
                        Reduce.class,
                        kind + " over " + axes,
                        t -> new Reduce(kind, t.get("a"), axes, t.get("out")),
                        plain("a", DType.F32, 1003, 770),
                        out("out", DType.F32, first, second));
            }
        }
        for (DType dtype : List.of(DType.F32, DType.BF16)) {
            long[] sizes = {301, 2050};
            add(
                    all,
                    Softmax.class,
                    dtype.toString(),
                    t -> new Softmax(false, t.get("a"), t.get("out")),
                    plain("a", dtype, sizes),
                    out("out", dtype, sizes));
            add(
                    all,
                    RmsNorm.class,
                    dtype + " with residual",
                    t -> new RmsNorm(t.get("a"), t.get("r"), t.get("w"), 0, 1e-5f, t.get("out"), t.get("r"), null),
                    plain("a", dtype, sizes),
                    plain("r", dtype, sizes),
                    plain("w", dtype, 2050),
                    out("out", dtype, sizes));
            add(
                    all,
                    LayerNorm.class,
                    dtype.toString(),
                    t -> new LayerNorm(t.get("a"), t.get("w"), t.get("b"), 1e-5f, t.get("out"), null, null),
                    plain("a", dtype, sizes),
                    plain("w", dtype, 2050),
                    plain("b", dtype, 2050),
                    out("out", dtype, sizes));
            add(
                    all,
                    Rope.class,
                    dtype.toString(),
                    t -> new Rope(t.get("a"), t.get("p"), t.get("f"), Rope.Pairing.HALVES, 1, false, t.get("a")),
                    plain("a", dtype, 2, 201, 9, 64),
                    in("p", DType.I32, Placement.CONTIGUOUS, Content.whole(0, 400), 201),
                    in("f", DType.F32, Placement.CONTIGUOUS, Content.uniform(0, 1), 32));
        }
        add(
                all,
                CrossEntropy.class,
                "F32",
                t -> new CrossEntropy(t.get("a"), t.get("targets"), -1, t.get("losses"), t.get("sums")),
                plain("a", DType.F32, 130, 5003),
                in("targets", DType.I64, Placement.CONTIGUOUS, Content.whole(0, 5003), 130),
                out("losses", DType.F32, 130),
                out("sums", DType.F32, 130));
        add(
                all,
                ArgReduce.class,
                "F32",
                t -> new ArgReduce(true, t.get("a"), t.get("out")),
                plain("a", DType.F32, 7, 100_003),
                out("out", DType.I64, 7));
        add(
                all,
                TopK.class,
                "F32",
                t -> new TopK(t.get("a"), t.get("values"), t.get("indices")),
                plain("a", DType.F32, 3, 50_003),
                out("values", DType.F32, 3, 64),
                out("indices", DType.I64, 3, 64));
    }

    private static void products(List<OpCase> all) {
        for (DType dtype : List.of(DType.F32, DType.BF16)) {
            for (long[] s :
                    new long[][] {{131, 1101, 701}, {517, 130, 515}, {1, 4096, 1501}, {5, 2048, 999}, {20, 5000, 200}
                    }) {
                matmul(all, dtype, dtype, s[0], s[1], s[2]);
            }
        }
        for (DType weight : Sizes.QUANTIZED) {
            matmul(all, DType.F32, weight, 1, 2048, 999);
            matmul(all, DType.F32, weight, 4, 1024, 515);
            matmul(all, DType.F32, weight, 67, 512, 301);
        }
        for (DType key : List.of(DType.F32, DType.F16, DType.Q8_0)) {
            attention(all, key, 4, 2, 201, 301, 64);
            attention(all, key, 8, 2, 1, 3001, 64);
        }
        attention(all, DType.F32, 2, 1, 401, 401, 128);
    }

    private static void matmul(List<OpCase> all, DType dtype, DType weight, long m, long k, long n) {
        add(
                all,
                Matmul.class,
                "%s x %s %dx%dx%d".formatted(dtype, weight, m, k, n),
                t -> new Matmul(t.get("a"), t.get("w").transpose(), Epilogue.NONE, t.get("out")),
                plain("a", dtype, m, k),
                in("w", weight, n, k),
                out("out", dtype, m, n));
    }

    private static void attention(
            List<OpCase> all, DType key, long heads, long keyHeads, long queries, long keys, long size) {
        add(
                all,
                Attention.class,
                "F32 by %s %d(%d) heads %d queries %d keys size %d"
                        .formatted(key, heads, keyHeads, queries, keys, size),
                t -> new Attention(
                        t.get("q"),
                        t.get("k"),
                        t.get("v"),
                        null,
                        null,
                        AttentionParameters.causal(size),
                        t.get("out"),
                        t.get("sums")),
                plain("q", DType.F32, 1, heads, queries, size),
                in("k", key, 1, keyHeads, keys, size),
                in("v", key, 1, keyHeads, keys, size),
                out("out", DType.F32, 1, heads, queries, size),
                out("sums", DType.F32, 1, heads, queries));
    }

    private static void moves(List<OpCase> all) {
        for (Placement from : List.of(Placement.CONTIGUOUS, Placement.TRANSPOSED)) {
            add(
                    all,
                    Copy.class,
                    "F32 " + from,
                    t -> new Copy(t.get("a"), t.get("out")),
                    in("a", DType.F32, from, Content.normal(1), 1003, 777),
                    out("out", DType.F32, 1003, 777));
        }
        add(
                all,
                Gather.class,
                "F32",
                t -> new Gather(t.get("a"), t.get("i"), t.get("out")),
                plain("a", DType.F32, 1000, 130),
                in("i", DType.I32, Placement.CONTIGUOUS, Content.whole(0, 1000), 3001),
                out("out", DType.F32, 3001, 130));
        add(
                all,
                ScatterAdd.class,
                "F32",
                t -> new ScatterAdd(t.get("rows"), t.get("i"), t.get("a")),
                plain("rows", DType.F32, 3001, 130),
                in("i", DType.I32, Placement.CONTIGUOUS, Content.whole(0, 40), 3001),
                plain("a", DType.F32, 40, 130));
        for (DType cache : List.of(DType.F16, DType.Q8_0)) {
            add(
                    all,
                    CacheWrite.class,
                    "F32 to " + cache,
                    t -> new CacheWrite(t.get("rows"), t.get("i"), t.get("a")),
                    plain("rows", DType.F32, 501, 4, 64),
                    in("i", DType.I32, Placement.CONTIGUOUS, Content.distinct(2000), 501),
                    in("a", cache, 2000, 4, 64));
        }
        for (DType type : Sizes.QUANTIZED) {
            add(
                    all,
                    Dequantize.class,
                    type.toString(),
                    t -> new Dequantize(t.get("a"), t.get("out")),
                    in("a", type, 201, 1024),
                    out("out", DType.F32, 201, 1024));
            add(
                    all,
                    Quantize.class,
                    type.toString(),
                    t -> new Quantize(t.get("a"), t.get("out")),
                    plain("a", DType.F32, 201, 1024),
                    out("out", type, 201, 1024));
        }
    }
}
