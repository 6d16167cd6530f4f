package dev.tenon.conformance.cases;

import static dev.tenon.conformance.Operand.in;
import static dev.tenon.conformance.Operand.out;

import dev.tenon.DType;
import dev.tenon.conformance.Content;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.Operand;
import dev.tenon.conformance.Placement;
import dev.tenon.op.Attention;
import dev.tenon.op.AttentionParameters;
import dev.tenon.op.PagedAttention;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Attention and PagedAttention; {@link AttentionBackwardCases} has the gradient. */
public final class AttentionCases {
    /** [batch, heads, queries, headSize] against [batch, keyHeads, keys, headSize], values of valueSize. */
    record Sizing(long batch, long heads, long keyHeads, long queries, long keys, long headSize, long valueSize) {
        static Sizing of(long batch, long heads, long keyHeads, long queries, long keys, long size) {
            return new Sizing(batch, heads, keyHeads, queries, keys, size, size);
        }

        @Override
        public String toString() {
            return "%dx%d(%d) %d queries %d keys size %d %d"
                    .formatted(batch, heads, keyHeads, queries, keys, headSize, valueSize);
        }
    }

    private AttentionCases() {}

    public static void add(List<OpCase> all) {
        types(all);
        shapes(all);
        variants(all);
        layouts(all);
        masks(all);
        lengths(all);
        paged(all);
        AttentionBackwardCases.add(all);
        PromptCases.add(all);
    }

    private static AttentionParameters parameters(double scale, boolean causal, long window, double cap) {
        return new AttentionParameters((float) scale, causal, window, (float) cap);
    }

    private static void types(List<OpCase> all) {
        for (DType query : List.of(DType.F32, DType.F16, DType.BF16)) {
            for (DType key : List.of(DType.F32, DType.F16, DType.BF16, DType.Q8_0)) {
                AttentionParameters causal = AttentionParameters.causal(64);
                for (long queries : new long[] {1, 5, 40}) {
                    attention(all, query, key, Sizing.of(2, 4, 2, queries, 70, 64), causal, Placement.CONTIGUOUS, true);
                }
                attention(all, query, key, Sizing.of(1, 3, 1, 17, 17, 32), causal, Placement.SWAPPED_MIDDLE, false);
            }
        }
        attention(
                all,
                DType.F64,
                DType.F64,
                Sizing.of(2, 4, 2, 13, 40, 16),
                AttentionParameters.causal(16),
                Placement.CONTIGUOUS,
                true);
        attention(
                all,
                DType.F64,
                DType.F64,
                Sizing.of(1, 2, 2, 13, 13, 8),
                AttentionParameters.full(8),
                Placement.PADDED,
                true);
    }

    private static void shapes(List<OpCase> all) {
        for (boolean causal : new boolean[] {true, false}) {
            for (Sizing s : List.of(
                    Sizing.of(1, 1, 1, 1, 1, 1),
                    Sizing.of(1, 1, 1, 1, 207, 64),
                    Sizing.of(1, 2, 1, 207, 207, 16),
                    Sizing.of(3, 2, 2, 13, 13, 80),
                    Sizing.of(1, 8, 2, 1, 1001, 64),
                    Sizing.of(1, 8, 1, 2, 300, 128),
                    Sizing.of(1, 1, 1, 130, 130, 128),
                    Sizing.of(1, 6, 3, 65, 129, 40),
                    Sizing.of(2, 4, 4, 33, 64, 13),
                    Sizing.of(1, 1, 1, 9, 9, 256),
                    new Sizing(1, 2, 1, 20, 50, 24, 40),
                    new Sizing(2, 2, 2, 7, 31, 65, 3),
                    Sizing.of(0, 2, 1, 4, 5, 8),
                    Sizing.of(1, 2, 1, 0, 5, 8),
                    Sizing.of(1, 2, 1, 4, 0, 8),
                    // More queries than keys: the first ones see nothing when causal.
                    Sizing.of(1, 2, 1, 20, 12, 16))) {
                attention(
                        all,
                        DType.F32,
                        DType.F32,
                        s,
                        causal ? AttentionParameters.causal(s.headSize) : AttentionParameters.full(s.headSize),
                        Placement.CONTIGUOUS,
                        true);
            }
        }
    }

    private static void variants(List<OpCase> all) {
        for (DType key : List.of(DType.F32, DType.BF16, DType.Q8_0)) {
            for (long window : new long[] {0, 1, 7, 16, 1000}) {
                for (double cap : new double[] {0, 0.5, 30}) {
                    AttentionParameters p = parameters(0.125, true, window, cap);
                    attention(all, DType.F32, key, Sizing.of(1, 4, 2, 50, 90, 64), p, Placement.CONTIGUOUS, true);
                    attention(all, DType.F32, key, Sizing.of(2, 4, 2, 1, 90, 64), p, Placement.CONTIGUOUS, false);
                }
            }
        }
        AttentionParameters sharp = parameters(3, true, 0, 0);
        attention(all, DType.F32, DType.F32, Sizing.of(1, 2, 2, 40, 40, 64), sharp, Placement.CONTIGUOUS, true);
        AttentionParameters flat = parameters(0, false, 0, 0);
        attention(all, DType.F32, DType.F32, Sizing.of(1, 2, 2, 20, 40, 64), flat, Placement.CONTIGUOUS, true);
        AttentionParameters capped = parameters(0.2, false, 0, 5);
        attention(all, DType.F32, DType.F32, Sizing.of(1, 2, 2, 20, 40, 64), capped, Placement.CONTIGUOUS, true);
    }

    private static void layouts(List<OpCase> all) {
        for (Placement placement : Sizes.PLACEMENTS) {
            for (DType key : List.of(DType.F32, DType.F16, DType.Q8_0)) {
                if (key == DType.Q8_0 && !placement.fitsBlocks()) {
                    continue;
                }
                for (long queries : new long[] {1, 19}) {
                    Sizing sizing = Sizing.of(2, 4, 2, queries, 37, 32);
                    attention(all, DType.F32, key, sizing, AttentionParameters.causal(32), placement, true);
                }
            }
        }
    }

    static void attention(
            List<OpCase> all,
            DType query,
            DType key,
            Sizing s,
            AttentionParameters parameters,
            Placement placement,
            boolean withSum) {
        List<Operand> operands = operands(query, key, s, placement, withSum);
        String name =
                "%s by %s %s %s %s%s".formatted(query, key, s, parameters, placement, withSum ? " with logSumExp" : "");
        all.add(new OpCase(
                Attention.class,
                name,
                operands,
                t -> new Attention(
                        t.get("query"),
                        t.get("key"),
                        t.get("value"),
                        null,
                        null,
                        parameters,
                        t.get("out"),
                        withSum ? t.get("logSumExp") : null)));
    }

    private static List<Operand> operands(DType query, DType key, Sizing s, Placement placement, boolean withSum) {
        Placement to = Sizes.output(placement);
        List<Operand> operands = new ArrayList<>(List.of(
                in("query", query, placement, Content.normal(1), s.batch, s.heads, s.queries, s.headSize),
                in("key", key, placement, Content.any(key), s.batch, s.keyHeads, s.keys, s.headSize),
                in("value", key, placement, Content.any(key), s.batch, s.keyHeads, s.keys, s.valueSize),
                out("out", query, to, s.batch, s.heads, s.queries, s.valueSize)));
        if (withSum) {
            operands.add(out("logSumExp", Sizes.wide(query), to, s.batch, s.heads, s.queries));
        }
        return operands;
    }

    private static void masks(List<OpCase> all) {
        Sizing s = Sizing.of(2, 4, 2, 21, 35, 32);
        Content blocked = target -> {
            for (long i = 0; i < target.count(); i++) {
                boolean open = target.random().nextInt(3) > 0;
                target.real(i, open ? target.random().nextGaussian() : Double.NEGATIVE_INFINITY);
            }
        };
        long[][] shapes = {{2, 4, 21, 35}, {21, 35}, {2, 1, 21, 35}, {4, 1, 35}, {35}, {2, 1, 1, 35}, {}};
        for (long[] shape : shapes) {
            for (boolean causal : new boolean[] {true, false}) {
                mask(all, DType.F32, s, blocked, "", Placement.CONTIGUOUS, parameters(0.2, causal, 0, 0), shape);
            }
        }
        mask(
                all,
                DType.F32,
                s,
                Content.normal(2),
                "",
                Placement.CONTIGUOUS,
                parameters(0.2, true, 9, 20),
                2,
                4,
                21,
                35);
        mask(all, DType.BF16, s, Content.normal(2), "", Placement.TRANSPOSED, parameters(0.2, false, 0, 0), 4, 21, 35);
        mask(all, DType.F64, s, Content.normal(2), "", Placement.CONTIGUOUS, parameters(0.2, false, 0, 0), 21, 35);
        mask(all, DType.F32, s, blocked, "", Placement.PADDED, parameters(0.2, false, 0, 0), 21, 35);
        mask(all, DType.F32, s, blocked, "", Placement.REVERSED, parameters(0.2, false, 0, 0), 21, 35);
        Content nothing = Content.of(Double.NEGATIVE_INFINITY);
        mask(all, DType.F32, s, nothing, "nothing seen ", Placement.CONTIGUOUS, parameters(0.2, false, 0, 0), 21, 35);
        Content deep = Content.of(-1e30, 0, 1);
        mask(all, DType.F32, s, deep, "large negatives ", Placement.CONTIGUOUS, parameters(0.2, true, 0, 0), 21, 35);
    }

    private static void mask(
            List<OpCase> all,
            DType dtype,
            Sizing s,
            Content content,
            String note,
            Placement placement,
            AttentionParameters parameters,
            long... sizes) {
        List<Operand> operands = operands(dtype, dtype, s, Placement.CONTIGUOUS, true);
        operands.add(in("mask", Sizes.wide(dtype), placement, content, sizes));
        all.add(new OpCase(
                Attention.class,
                "%s %s mask %s%s %s %s".formatted(dtype, s, note, Sizes.text(sizes), placement, parameters),
                operands,
                t -> new Attention(
                        t.get("query"),
                        t.get("key"),
                        t.get("value"),
                        t.get("mask"),
                        null,
                        parameters,
                        t.get("out"),
                        t.get("logSumExp"))));
    }

    private static void lengths(List<OpCase> all) {
        for (DType key : List.of(DType.F32, DType.F16, DType.Q8_0)) {
            for (long queries : new long[] {1, 3, 20}) {
                for (AttentionParameters p : List.of(
                        AttentionParameters.causal(64), parameters(0.1, true, 5, 10), AttentionParameters.full(64))) {
                    lengths(all, DType.F32, key, Sizing.of(4, 4, 2, queries, 50, 64), p, 50, 1, 27, 0);
                }
            }
        }
    }

    static void lengths(
            List<OpCase> all, DType query, DType key, Sizing s, AttentionParameters parameters, double... lengths) {
        List<Operand> operands = operands(query, key, s, Placement.CONTIGUOUS, true);
        operands.add(in("lengths", DType.I32, Placement.CONTIGUOUS, Content.of(lengths), s.batch));
        String text = Arrays.stream(lengths).mapToObj("%.0f"::formatted).collect(Collectors.joining(" "));
        all.add(new OpCase(
                Attention.class,
                "%s by %s %s lengths %s %s".formatted(query, key, s, text, parameters),
                operands,
                t -> new Attention(
                        t.get("query"),
                        t.get("key"),
                        t.get("value"),
                        null,
                        t.get("lengths"),
                        parameters,
                        t.get("out"),
                        t.get("logSumExp"))));
    }

    private static void paged(List<OpCase> all) {
        for (DType key : List.of(DType.F32, DType.F16, DType.BF16, DType.Q8_0)) {
            for (DType query : List.of(DType.F32, DType.F16, DType.BF16)) {
                for (long queries : new long[] {1, 4, 33}) {
                    paged(
                            all,
                            query,
                            key,
                            Sizing.of(3, 4, 2, queries, 0, 64),
                            16,
                            AttentionParameters.causal(64),
                            40,
                            33,
                            77);
                }
            }
            for (AttentionParameters p : List.of(
                    parameters(0.125, true, 20, 0), parameters(0.125, true, 3, 30), AttentionParameters.full(64))) {
                paged(all, DType.F32, key, Sizing.of(2, 4, 1, 1, 0, 64), 16, p, 64, 13);
                paged(all, DType.F32, key, Sizing.of(2, 4, 4, 9, 0, 64), 16, p, 64, 13);
            }
            paged(all, DType.F32, key, new Sizing(2, 4, 2, 2, 0, 64, 32), 1, AttentionParameters.causal(64), 5, 9);
            paged(all, DType.F32, key, Sizing.of(2, 2, 2, 1, 0, 32), 7, AttentionParameters.causal(32), 1, 207);
            paged(all, DType.F32, key, Sizing.of(2, 2, 2, 3, 0, 32), 8, AttentionParameters.causal(32), 0, 2);
            paged(all, DType.F32, key, Sizing.of(1, 8, 2, 1, 0, 128), 256, AttentionParameters.causal(128), 1001);
        }
    }

    /** Pages scattered over the cache; the table's entries past a row's length lead nowhere. */
    static void paged(
            List<OpCase> all,
            DType query,
            DType key,
            Sizing s,
            long pageSize,
            AttentionParameters parameters,
            long... lengths) {
        long most = 1;
        double[] lengthValues = new double[lengths.length];
        for (int i = 0; i < lengths.length; i++) {
            lengthValues[i] = lengths[i];
            most = Math.max(most, Math.ceilDiv(lengths[i], pageSize));
        }
        long columns = most + 1;
        long pages = lengths.length * most + 3;
        Content table = target -> {
            Content.distinct(Math.max(pages, target.count())).fill(target);
            for (int row = 0; row < lengths.length; row++) {
                for (long page = 0; page < columns; page++) {
                    if (page * pageSize >= lengths[row]) {
                        target.whole(row * columns + page, Integer.MAX_VALUE);
                    }
                }
            }
        };
        long count = Math.max(pages, lengths.length * columns);
        all.add(new OpCase(
                PagedAttention.class,
                "%s by %s %s pages of %d lengths %s %s"
                        .formatted(query, key, s, pageSize, Sizes.text(lengths), parameters),
                List.of(
                        in("query", query, s.batch, s.heads, s.queries, s.headSize),
                        in("keyPages", key, count, pageSize, s.keyHeads, s.headSize),
                        in("valuePages", key, count, pageSize, s.keyHeads, s.valueSize),
                        in("pageTable", DType.I32, Placement.CONTIGUOUS, table, lengths.length, columns),
                        in("lengths", DType.I32, Placement.CONTIGUOUS, Content.of(lengthValues), lengths.length),
                        out("out", query, s.batch, s.heads, s.queries, s.valueSize),
                        out("logSumExp", DType.F32, s.batch, s.heads, s.queries)),
                t -> new PagedAttention(
                        t.get("query"),
                        t.get("keyPages"),
                        t.get("valuePages"),
                        t.get("pageTable"),
                        t.get("lengths"),
                        parameters,
                        t.get("out"),
                        t.get("logSumExp"))));
    }
}
