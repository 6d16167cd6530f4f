package dev.tenon.cpu.op;

import dev.tenon.cpu.CpuBackend;
import dev.tenon.op.Op;
import java.util.Optional;

/** What the CPU backend lacks: nothing of the vocabulary, but kernels count the elements of a row in 32 bits. */
public final class CpuSupport {
    private static final Optional<String> NO_HOST_METHOD =
            Optional.of("the operator brings no implementation for the " + CpuBackend.NAME + " backend");

    private CpuSupport() {}

    /** Empty if the CPU runs the operator, else what it lacks. */
    public static Optional<String> whyUnsupported(Op op) {
        boolean later = op instanceof dev.tenon.op.RandomFill
                || op instanceof dev.tenon.op.GatedActivationBackward
                || op instanceof dev.tenon.op.AdamW
                || op instanceof dev.tenon.op.ArgReduce
                || op instanceof dev.tenon.op.TopK
                || op instanceof dev.tenon.op.CrossEntropy
                || op instanceof dev.tenon.op.CrossEntropyBackward
                || op instanceof dev.tenon.op.LayerNorm
                || op instanceof dev.tenon.op.LayerNormBackward
                || op instanceof dev.tenon.op.RmsNormBackward
                || op instanceof dev.tenon.op.AttentionBackward
                || op instanceof dev.tenon.op.ScatterAdd
                || op instanceof dev.tenon.op.Concat
                || op instanceof dev.tenon.op.AllReduce
                || op instanceof dev.tenon.op.ReduceScatter
                || op instanceof dev.tenon.op.AllGather
                || op instanceof dev.tenon.op.CustomOp;
        return later ? Optional.of("not yet") : Optional.empty();
    }
}
