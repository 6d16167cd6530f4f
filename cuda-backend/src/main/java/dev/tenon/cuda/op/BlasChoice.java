package dev.tenon.cuda.op;

import dev.tenon.cuda.blas.BlasUse;
import dev.tenon.kernels.cuda.BlasGemm;
import dev.tenon.kernels.cuda.BlasMatmul;
import dev.tenon.kernels.cuda.BlasPlan;
import dev.tenon.kernels.cuda.CudaLaunch;
import dev.tenon.kernels.cuda.CudaPlan;
import dev.tenon.kernels.cuda.TensorCoreMatmul;
import dev.tenon.op.Activation;
import dev.tenon.op.Matmul;
import java.util.Optional;

/** Whether a matmul goes to the library or to kernels of Tenon's, and why. */
sealed interface BlasChoice {
    /** What files of kernels for few rows begin with: the weight is read, once, and that is all the time. */
    String FEW_ROWS = "rows_";
    /** Multiplications below which a launch costs more than they do. Not measured. */
    double SMALL = 1 << 24;

    /** The library computes it. */
    record Library(BlasGemm gemm, BlasProducts.Prepared.Ready call) implements BlasChoice {}

    /** @param reason why not the library; empty where there is none */
    record Own(String reason) implements BlasChoice {}

    /**
     * Decides for one operator, and makes the library ready if it is chosen.
     *
     * @param own what it comes to without the library
     */
    static BlasChoice of(Matmul op, CudaPlan own, BlasProducts products) {
        if (products.use() == BlasUse.OFF || op.out().shape().elements() == 0) {
            return new Own("");
        }
        return switch (BlasMatmul.plan(op)) {
            case BlasPlan.Declined declined -> new Own(declined.reason());
            case BlasGemm gemm -> {
                Optional<String> reason = products.use() == BlasUse.ALWAYS ? Optional.empty() : whyNot(op, gemm, own);
                yield reason.isPresent() ? new Own(reason.get()) : prepared(gemm, products);
            }
        };
    }

    private static BlasChoice prepared(BlasGemm gemm, BlasProducts products) {
        return switch (products.prepare(gemm)) {
            case BlasProducts.Prepared.Declined declined -> new Own(declined.reason());
            case BlasProducts.Prepared.Ready ready -> new Library(gemm, ready);
        };
    }

    /** Products that the library has, and kernels of Tenon's are thought to be better for. */
    private static Optional<String> whyNot(Matmul op, BlasGemm gemm, CudaPlan own) {
        if (op.epilogue().activation() == Activation.GELU_TANH) {
            return Optional.of("how exact its GELU is, is not documented");
        }
        if (!(own instanceof CudaPlan.Launches kernels)) {
            return Optional.empty();
        }
        for (CudaLaunch launch : kernels.launches()) {
            if (launch.kernel().file().startsWith(FEW_ROWS)) {
                return Optional.of("few rows");
            }
            if (TensorCoreMatmul.isRounding(launch.kernel())) {
                return Optional.of("operands may be rounded to TF32");
            }
            // On paper 2.5 times as fast as F32: CudaTraits.hasFastTf32. Not measured.
            if (launch.kernel().file().equals(TensorCoreMatmul.TF32)) {
                return Optional.of("it multiplies F32 off tensor cores");
            }
        }
        return gemm.products() < SMALL ? Optional.of("a small product") : Optional.empty();
    }
}
