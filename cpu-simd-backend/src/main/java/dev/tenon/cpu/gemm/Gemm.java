package dev.tenon.cpu.gemm;

import dev.tenon.cpu.thread.ThreadTeam;

/** Matrix products on the CPU, any strides, F32, F16 and BF16 storage, quantized weights; sums in F32. */
public final class Gemm {
    private Gemm() {}

    /** One product. */
    public static void run(GemmArguments arguments, ThreadTeam team) {
        if (arguments.m() == 0 || arguments.n() == 0) {
            return;
        }
        product(arguments, 0, team);
    }

    /**
     * Products of one shape at many places.
     *
     * @param shape what they have in common; its addresses are not used
     * @param a address of A in each product
     * @param b address of B in each product
     * @param c address of C in each product
     */
    public static void runBatch(GemmArguments shape, long[] a, long[] b, long[] c, ThreadTeam team) {
        if (shape.m() == 0 || shape.n() == 0) {
            return;
        }
        double work = (double) shape.m() * shape.n() * Math.max(1, shape.k());
        if (a.length >= team.size() && work < LARGE) {
            team.run(a.length, i -> one(shape, a, b, c, i, team));
        } else {
            for (int i = 0; i < a.length; i++) {
                one(shape, a, b, c, i, team);
            }
        }
    }

    /** Multiply-adds from which one product alone keeps the whole team busy. */
    private static final double LARGE = 64e6;

    private static void one(GemmArguments shape, long[] a, long[] b, long[] c, int i, ThreadTeam team) {
        GemmArguments arguments = new GemmArguments(
                shape.m(),
                shape.n(),
                shape.k(),
                shape.a().at(a[i]),
                shape.b().at(b[i]),
                shape.c().at(c[i]),
                shape.accumulate(),
                shape.readsOutput(),
                shape.epilogue());
        product(arguments, i, team);
    }

    private static void product(GemmArguments arguments, int batch, ThreadTeam team) {
        if (FewRows.serves(arguments)) {
            new FewRows(arguments, batch, team).run();
        } else {
            new PackedGemm(arguments, batch, team).run();
        }
    }
}
