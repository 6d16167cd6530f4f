package dev.tenon.kernels;

import static dev.tenon.kernels.ProgramCollector.wide;

import dev.tenon.DType;
import dev.tenon.op.Activation;
import dev.tenon.op.Attention;
import dev.tenon.op.AttentionBackward;
import dev.tenon.op.AttentionParameters;
import dev.tenon.op.Epilogue;
import dev.tenon.op.Matmul;
import dev.tenon.op.PagedAttention;
import java.util.List;

/** The programs of matrix products and attention. */
final class ProductPrograms {
    private static final boolean[] BOTH = {false, true};
    /** Few rows, each number of them, and many. */
    private static final long[] ROWS = {1, 2, 3, 4, 5, 6, 7, 8, 9};

    private static final long DEPTH = 256;
    private static final long COLUMNS = 4;
    /** From heads of which many fit into shared memory to those of which not one does. */
    private static final long[] HEADS = {
        1, 4, 8, 16, 24, 32, 40, 48, 64, 80, 96, 112, 128, 160, 192, 256, 320, 384, 512, 768, 1024, 2048, 4096
    };

    private static final AttentionParameters PLAIN = new AttentionParameters(1, true, 0, 0);

    private ProductPrograms() {}

    static void collect(ProgramCollector c) {
        for (DType a : DType.values()) {
            for (DType b : DType.values()) {
                for (DType out : DType.values()) {
                    products(c, a, b, out);
                }
                for (long head : HEADS) {
                    for (long queries : new long[] {1, 3, 8, 40}) {
                        attention(c, a, b, head, queries);
                    }
                }
            }
        }
    }

    private static void products(ProgramCollector c, DType a, DType b, DType out) {
        if (a.isQuantized() || out.isQuantized()) {
            return;
        }
        for (long rows : ROWS) {
            for (boolean transposed : BOTH) {
                c.plan(() -> new Matmul(
                        c.dense(a, DEPTH, rows).transpose(),
                        transposed ? c.dense(b, COLUMNS, DEPTH).transpose() : c.dense(b, DEPTH, COLUMNS),
                        Epilogue.NONE,
                        c.dense(out, rows, COLUMNS)));
                c.plan(() -> new Matmul(
                        c.dense(a, rows, DEPTH),
                        transposed ? c.dense(b, COLUMNS, DEPTH).transpose() : c.dense(b, DEPTH, COLUMNS),
                        Epilogue.NONE,
                        c.dense(out, rows, COLUMNS)));
            }
        }
        // Nothing of an epilogue is a macro.
        for (Activation activation : Activation.values()) {
            for (DType bias : List.of(DType.F32, out)) {
                c.plan(() -> new Matmul(
                        c.dense(a, 9, DEPTH),
                        c.dense(b, COLUMNS, DEPTH).transpose(),
                        new Epilogue(2, c.dense(bias, COLUMNS), activation, c.dense(out, 9, COLUMNS)),
                        c.dense(out, 9, COLUMNS)));
            }
        }
    }

    private static void attention(ProgramCollector c, DType query, DType key, long head, long queries) {
        if (query.isQuantized()) {
            return;
        }
        for (boolean there : BOTH) {
            c.plan(() -> new Attention(
                    c.dense(query, 1, 2, queries, head),
                    c.dense(key, 1, 1, 40, head),
                    c.dense(key, 1, 1, 40, head),
                    c.maybe(there, wide(query), queries, 40),
                    c.maybe(there, DType.I32, 1),
                    PLAIN,
                    c.dense(query, 1, 2, queries, head),
                    c.maybe(there, wide(query), 1, 2, queries)));
            c.plan(() -> new AttentionBackward(
                    c.dense(query, 1, 2, queries, head),
                    c.dense(key, 1, 1, 40, head),
                    c.dense(key, 1, 1, 40, head),
                    c.maybe(there, wide(query), queries, 40),
                    PLAIN,
                    c.dense(query, 1, 2, queries, head),
                    c.dense(wide(query), 1, 2, queries),
                    c.dense(query, 1, 2, queries, head),
                    c.dense(query, 1, 2, queries, head),
                    c.dense(key, 1, 1, 40, head),
                    c.dense(key, 1, 1, 40, head)));
        }
        c.plan(() -> new PagedAttention(
                c.dense(query, 1, 2, queries, head),
                c.dense(key, 4, 16, 1, head),
                c.dense(key, 4, 16, 1, head),
                c.dense(DType.I32, 1, 3),
                c.dense(DType.I32, 1),
                PLAIN,
                c.dense(query, 1, 2, queries, head),
                null));
    }
}
