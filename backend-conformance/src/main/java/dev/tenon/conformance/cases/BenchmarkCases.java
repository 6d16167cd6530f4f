package dev.tenon.conformance.cases;

import static dev.tenon.conformance.Operand.in;
import static dev.tenon.conformance.Operand.out;

import dev.tenon.DType;
import dev.tenon.conformance.Content;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.Operand;
import dev.tenon.conformance.Placement;
import dev.tenon.op.Activation;
import dev.tenon.op.AllReduce;
import dev.tenon.op.Attention;
import dev.tenon.op.AttentionParameters;
import dev.tenon.op.Binary;
import dev.tenon.op.BinaryKind;
import dev.tenon.op.Epilogue;
import dev.tenon.op.GatedActivation;
import dev.tenon.op.Matmul;
import dev.tenon.op.ReduceKind;
import dev.tenon.op.RmsNorm;
import dev.tenon.op.Softmax;
import dev.tenon.op.Unary;
import dev.tenon.op.UnaryKind;
import java.util.ArrayList;
import java.util.List;

/** Shapes of real models: Llama 3 8B, SmolLM2 135M, GPT-2, and the squares that libraries compare themselves with. */
public final class BenchmarkCases {
    private BenchmarkCases() {}

    public static void add(List<OpCase> all) {
        for (DType dtype : List.of(DType.F32, DType.BF16)) {
            matmul(all, "square", dtype, dtype, 2048, 2048, 2048);
            matmul(all, "Llama 3 8B attention output, 512 tokens", dtype, dtype, 512, 4096, 4096);
            matmul(all, "Llama 3 8B up, 512 tokens", dtype, dtype, 512, 4096, 14336);
            matmul(all, "GPT-2 feed-forward, 1024 tokens", dtype, dtype, 1024, 768, 3072);
            matmul(all, "SmolLM2 135M up, 512 tokens", dtype, dtype, 512, 576, 1536);
            matmul(all, "Llama 3 8B up, one token", dtype, dtype, 1, 4096, 14336);
            matmul(all, "SmolLM2 135M up, one token", dtype, dtype, 1, 576, 1536);
            matmul(all, "SmolLM2 135M logits, one token", dtype, dtype, 1, 576, 49152);
        }
        matmul(all, "awkward", DType.F32, DType.F32, 1000, 1001, 999);
        for (DType type : Sizes.QUANTIZED) {
            matmul(all, "Llama 3 8B up, one token", DType.F32, type, 1, 4096, 14336);
            matmul(all, "Llama 3 8B up, 8 rows", DType.F32, type, 8, 4096, 14336);
        }
        for (DType type : List.of(DType.Q8_0, DType.Q4_0, DType.Q4_K)) {
            matmul(all, "Llama 3 8B up, 512 tokens", DType.F32, type, 512, 4096, 14336);
        }
        attention(all, "1024x64", DType.F32, DType.F32, 8, 8, 1024, 1024, 64);
        attention(all, "2048x128", DType.F32, DType.F32, 8, 8, 2048, 2048, 128);
        attention(all, "Llama 3 8B, one token at 4096", DType.F32, DType.F16, 32, 8, 1, 4096, 128);
        attention(all, "SmolLM2 135M, 512 tokens", DType.F32, DType.F32, 9, 3, 512, 512, 64);
        attention(all, "SmolLM2 135M, one token at 1024", DType.F32, DType.F32, 9, 3, 1, 1024, 64);
        for (DType dtype : List.of(DType.F32, DType.BF16)) {
            for (long n : new long[] {1 << 16, 1 << 24}) {
                allReduce(all, dtype, 2, n);
                allReduce(all, dtype, 8, n);
            }
            rows(all, dtype);
        }
    }

    /** {@code n} outputs of {@code k} inputs for {@code m} tokens, the weight kept as [n, k]. */
    private static void matmul(List<OpCase> all, String what, DType a, DType weight, long m, long k, long n) {
        Content content = weight.isQuantized() ? Content.any(weight) : Content.uniform(-1, 1);
        all.add(new OpCase(
                Matmul.class,
                "%s: %s x %s %dx%dx%d".formatted(what, a, weight, m, k, n),
                List.of(
                        in("a", a, Placement.CONTIGUOUS, Content.uniform(-1, 1), m, k),
                        in("weight", weight, Placement.CONTIGUOUS, content, n, k),
                        out("out", a, m, n)),
                t -> new Matmul(t.get("a"), t.get("weight").transpose(), Epilogue.NONE, t.get("out"))));
    }

    private static void attention(
            List<OpCase> all,
            String what,
            DType query,
            DType key,
            long heads,
            long keyHeads,
            long queries,
            long keys,
            long size) {
        Content content = Content.uniform(-1, 1);
        all.add(new OpCase(
                Attention.class,
                "%s: %s by %s, %d heads (%d), %d queries, %d keys, size %d, causal"
                        .formatted(what, query, key, heads, keyHeads, queries, keys, size),
                List.of(
                        in("query", query, Placement.CONTIGUOUS, content, 1, heads, queries, size),
                        in("key", key, Placement.CONTIGUOUS, content, 1, keyHeads, keys, size),
                        in("value", key, Placement.CONTIGUOUS, content, 1, keyHeads, keys, size),
                        out("out", query, 1, heads, queries, size)),
                t -> new Attention(
                        t.get("query"),
                        t.get("key"),
                        t.get("value"),
                        null,
                        null,
                        AttentionParameters.causal(size),
                        t.get("out"),
                        null)));
    }

    private static void allReduce(List<OpCase> all, DType dtype, int ranks, long n) {
        List<Operand> operands = new ArrayList<>();
        for (int rank = 0; rank < ranks; rank++) {
            operands.add(in("in" + rank, dtype, Placement.CONTIGUOUS, Content.uniform(-1, 1), n));
        }
        for (int rank = 0; rank < ranks; rank++) {
            operands.add(out("out" + rank, dtype, n));
        }
        all.add(new OpCase(
                AllReduce.class,
                "SUM %s %d ranks %d".formatted(dtype, ranks, n),
                operands,
                t -> new AllReduce(
                        ReduceKind.SUM, CollectiveCases.list(t, "in", ranks), CollectiveCases.list(t, "out", ranks))));
    }

    /** What runs between the products, on 512 tokens of Llama 3 8B. */
    private static void rows(List<OpCase> all, DType dtype) {
        Content content = Content.uniform(-1, 1);
        Operand x = in("x", dtype, Placement.CONTIGUOUS, content, 512, 4096);
        Operand y = in("y", dtype, Placement.CONTIGUOUS, content, 512, 4096);
        Operand weight = in("weight", dtype, Placement.CONTIGUOUS, content, 4096);
        Operand out = out("out", dtype, 512, 4096);
        String name = dtype + " 512x4096";
        all.add(new OpCase(
                Binary.class,
                "ADD " + name,
                List.of(x, y, out),
                t -> new Binary(BinaryKind.ADD, t.get("x"), t.get("y"), t.get("out"))));
        all.add(new OpCase(
                Unary.class, "EXP " + name, List.of(x, out), t -> new Unary(UnaryKind.EXP, t.get("x"), t.get("out"))));
        all.add(new OpCase(
                GatedActivation.class,
                "SILU " + name,
                List.of(x, y, out),
                t -> new GatedActivation(Activation.SILU, t.get("x"), t.get("y"), t.get("out"))));
        all.add(new OpCase(
                RmsNorm.class,
                name,
                List.of(x, weight, out),
                t -> new RmsNorm(t.get("x"), null, t.get("weight"), 0, 1e-5f, t.get("out"), null, null)));
        all.add(new OpCase(Softmax.class, name, List.of(x, out), t -> new Softmax(false, t.get("x"), t.get("out"))));
    }
}
