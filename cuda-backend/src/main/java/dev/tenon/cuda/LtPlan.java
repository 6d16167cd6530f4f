package dev.tenon.cuda;

import dev.tenon.DType;
import dev.tenon.cuda.blas.Blas;
import dev.tenon.cuda.blas.BlasCodes;
import dev.tenon.cuda.blas.LtAttributes.OfLayout;
import dev.tenon.cuda.blas.LtAttributes.OfMatmul;
import dev.tenon.cuda.blas.LtAttributes.OfPreference;
import dev.tenon.kernels.cuda.BlasGemm;
import dev.tenon.op.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/** Descriptors of cuBLASLt's for products of one shape, and the algorithm that it takes for the fastest of them. */
final class LtPlan {
    private static final int LARGEST_ALIGNMENT = 256;

    private final Blas blas;
    private final Shape shape;
    private final long matmul;
    private final Blas.LtLayouts layouts;
    private final Blas.LtAlgorithm algorithm;

    /**
     * All that the choice of an algorithm depends on.
     *
     * @param adds whether c is read
     * @param bias the alignment of the bias, 0 where there is none
     * @param alignments of a, b, c and d
     */
    record Shape(
            boolean transposeA,
            boolean transposeB,
            int m,
            int n,
            int k,
            int batch,
            Matrix a,
            Matrix b,
            Matrix c,
            Matrix d,
            boolean adds,
            int bias,
            Activation activation,
            List<Integer> alignments) {
        static Shape of(BlasGemm gemm, Addresses at) {
            return new Shape(
                    gemm.transposeA(),
                    gemm.transposeB(),
                    gemm.m(),
                    gemm.n(),
                    gemm.k(),
                    gemm.batch(),
                    Matrix.of(gemm.a()),
                    Matrix.of(gemm.b()),
                    Matrix.of(gemm.c()),
                    Matrix.of(gemm.d()),
                    gemm.beta() != 0,
                    gemm.bias() == null ? 0 : alignment(at.bias()),
                    gemm.activation(),
                    List.of(alignment(at.a()), alignment(at.b()), alignment(at.c()), alignment(at.d())));
        }
    }

    /** A matrix's layout. */
    record Matrix(DType type, int leading, long batchStride) {
        static Matrix of(BlasGemm.Matrix matrix) {
            return new Matrix(matrix.type(), matrix.leading(), matrix.batchStride());
        }
    }

    /** Where a product's matrices begin on the device; the bias at 0 where there is none. */
    record Addresses(long a, long b, long c, long d, long bias) {
        static Addresses of(BlasGemm gemm) {
            return new Addresses(
                    address(gemm.a()),
                    address(gemm.b()),
                    address(gemm.c()),
                    address(gemm.d()),
                    gemm.bias() == null
                            ? 0
                            : ((CudaBuffer) gemm.bias().buffer()).pointer()
                                    + gemm.bias().offsetBytes());
        }

        private static long address(BlasGemm.Matrix matrix) {
            return ((CudaBuffer) matrix.buffer()).pointer() + matrix.offsetBytes();
        }
    }

    /** The largest power of two that divides an address, as far as cuBLASLt cares. */
    static int alignment(long address) {
        return (int) Math.min(LARGEST_ALIGNMENT, Long.lowestOneBit(address));
    }

    private LtPlan(Blas blas, Shape shape, long matmul, Blas.LtLayouts layouts, Blas.LtAlgorithm algorithm) {
        this.blas = blas;
        this.shape = shape;
        this.matmul = matmul;
        this.layouts = layouts;
        this.algorithm = algorithm;
    }

    /** Makes the descriptors and asks for an algorithm; empty where cuBLASLt has none. Nothing is left of a plan that fails. */
    static Optional<LtPlan> make(Blas blas, long lt, Shape shape, Addresses at, long workspaceBytes) {
        Made made = new Made();
        LtPlan[] plan = new LtPlan[1];
        boolean done = made.release.run(() -> {
            long matmul = made.keep(
                    blas.createMatmul(BlasCodes.computeType(shape.d.type), BlasCodes.scaleType(shape.d.type)),
                    blas::destroyMatmul);
            blas.setMatmul(matmul, OfMatmul.TRANSA, BlasCodes.operation(shape.transposeA));
            blas.setMatmul(matmul, OfMatmul.TRANSB, BlasCodes.operation(shape.transposeB));
            blas.setMatmul(matmul, OfMatmul.EPILOGUE, epilogue(shape));
            if (shape.bias != 0) {
                blas.setMatmul(matmul, OfMatmul.BIAS_POINTER, at.bias);
            }
            Blas.LtLayouts layouts = new Blas.LtLayouts(
                    layout(
                            blas,
                            made,
                            shape.a,
                            shape,
                            shape.transposeA ? shape.k : shape.m,
                            shape.transposeA ? shape.m : shape.k),
                    layout(
                            blas,
                            made,
                            shape.b,
                            shape,
                            shape.transposeB ? shape.n : shape.k,
                            shape.transposeB ? shape.k : shape.n),
                    layout(blas, made, shape.c, shape, shape.m, shape.n),
                    layout(blas, made, shape.d, shape, shape.m, shape.n));
            algorithm(blas, lt, shape, matmul, layouts, workspaceBytes)
                    .ifPresent(algorithm -> plan[0] = new LtPlan(blas, shape, matmul, layouts, algorithm));
        });
        if (!done || plan[0] == null) {
            made.undo();
        }
        made.release.finish();
        return Optional.ofNullable(plan[0]);
    }

    /** What was made, to be given back if the rest fails. */
    private static final class Made {
        final Release release = new Release();
        private final List<Runnable> undo = new ArrayList<>();

        long keep(long handle, LongConsumer destroy) {
            undo.add(() -> destroy.accept(handle));
            return handle;
        }

        void undo() {
            undo.reversed().forEach(release::run);
        }
    }

    private static long layout(Blas blas, Made made, Matrix matrix, Shape shape, int rows, int columns) {
        long layout = made.keep(
                blas.createLayout(BlasCodes.type(matrix.type), rows, columns, matrix.leading), blas::destroyLayout);
        if (shape.batch > 1) {
            blas.setLayout(layout, OfLayout.BATCH_COUNT, shape.batch);
            blas.setLayout(layout, OfLayout.STRIDED_BATCH_OFFSET, matrix.batchStride);
        }
        return layout;
    }

    private static int epilogue(Shape shape) {
        int activation = switch (shape.activation) {
            case RELU -> BlasCodes.EPILOGUE_RELU;
            case GELU_TANH -> BlasCodes.EPILOGUE_GELU;
            case NONE -> 0;
            case GELU, GELU_QUICK, SILU, SIGMOID, TANH -> throw new IllegalArgumentException(shape.activation.name());
        };
        int bias = shape.bias == 0 ? 0 : BlasCodes.EPILOGUE_BIAS;
        return activation + bias == 0 ? BlasCodes.EPILOGUE_DEFAULT : activation + bias;
    }

    private static Optional<Blas.LtAlgorithm> algorithm(
            Blas blas, long lt, Shape shape, long matmul, Blas.LtLayouts layouts, long workspaceBytes) {
        long preference = blas.createPreference();
        Release release = new Release();
        List<Optional<Blas.LtAlgorithm>> found = new ArrayList<>(1);
        release.run(() -> {
            blas.setPreference(preference, OfPreference.MAX_WORKSPACE_BYTES, workspaceBytes);
            blas.setPreference(preference, OfPreference.REDUCTION_SCHEME_MASK, BlasCodes.REDUCTION_IN_COMPUTE_TYPE);
            blas.setPreference(preference, OfPreference.MIN_ALIGNMENT_A_BYTES, shape.alignments.get(0));
            blas.setPreference(preference, OfPreference.MIN_ALIGNMENT_B_BYTES, shape.alignments.get(1));
            blas.setPreference(preference, OfPreference.MIN_ALIGNMENT_C_BYTES, shape.alignments.get(2));
            blas.setPreference(preference, OfPreference.MIN_ALIGNMENT_D_BYTES, shape.alignments.get(3));
            found.add(blas.heuristic(lt, matmul, layouts, preference));
        });
        release.run(() -> blas.destroyPreference(preference));
        release.finish();
        return found.getFirst();
    }

    boolean needsWorkspace() {
        return algorithm.workspaceBytes() > 0;
    }

    /** Puts a product on a stream. One thread at a time: the bias's address is the descriptor's. */
    void run(long lt, BlasGemm gemm, Addresses at, long workspace, long workspaceBytes, long stream) {
        if (shape.bias != 0) {
            blas.setMatmul(matmul, OfMatmul.BIAS_POINTER, at.bias);
        }
        blas.matmul(
                lt,
                matmul,
                layouts,
                new Blas.LtOperands(at.a, at.b, at.c, at.d, gemm.alpha(), gemm.beta(), shape.d.type == DType.F64),
                algorithm,
                workspace,
                workspaceBytes,
                stream);
    }

    void close(Release release) {
        release.run(() -> blas.destroyLayout(layouts.d()));
        release.run(() -> blas.destroyLayout(layouts.c()));
        release.run(() -> blas.destroyLayout(layouts.b()));
        release.run(() -> blas.destroyLayout(layouts.a()));
        release.run(() -> blas.destroyMatmul(matmul));
    }
}
