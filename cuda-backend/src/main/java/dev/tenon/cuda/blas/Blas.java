package dev.tenon.cuda.blas;

import dev.tenon.error.NativeCallException;
import dev.tenon.kernels.cuda.BlasGemm;
import java.util.Optional;

/**
 * cuBLAS and cuBLASLt as far as this backend uses them: one method a call. Handles, streams and device pointers are addresses.
 * Every method throws {@link NativeCallException} with function, status and the status's name for any status but success. Calls
 * concern the context that the calling thread has made current; a cuBLAS handle serves one thread at a time.
 */
public interface Blas {
    /** Which library it is, for example {@code cuBLAS 12.9.3 (JCublas2)}. */
    String description();

    /** cublasCreate. */
    long create();

    /** cublasDestroy. */
    void destroy(long handle);

    /** cublasSetMathMode. */
    void setMathMode(long handle, int mode);

    /** cublasSetStream, which also takes the workspace away; 0 is the default stream. */
    void setStream(long handle, long stream);

    /** cublasSetWorkspace: device memory at a multiple of 256, for the stream that is set. */
    void setWorkspace(long handle, long pointer, long bytes);

    /**
     * cublasGemmEx, or cublasGemmStridedBatchedEx for more than one product.
     *
     * @param gemm a plain one
     * @param a the first matrix's address, and so on
     */
    void gemm(long handle, BlasGemm gemm, long a, long b, long c);

    /** cublasLtCreate. */
    long createLt();

    /** cublasLtDestroy. */
    void destroyLt(long lt);

    /** cublasLtMatmulDescCreate. */
    long createMatmul(int computeType, int scaleType);

    /** cublasLtMatmulDescSetAttribute. */
    void setMatmul(long matmul, LtAttributes.OfMatmul attribute, long value);

    /** cublasLtMatmulDescDestroy. */
    void destroyMatmul(long matmul);

    /** cublasLtMatrixLayoutCreate: column by column, {@code leading} elements from one to the next. */
    long createLayout(int type, long rows, long columns, long leading);

    /** cublasLtMatrixLayoutSetAttribute. */
    void setLayout(long layout, LtAttributes.OfLayout attribute, long value);

    /** cublasLtMatrixLayoutDestroy. */
    void destroyLayout(long layout);

    /** cublasLtMatmulPreferenceCreate. */
    long createPreference();

    /** cublasLtMatmulPreferenceSetAttribute. */
    void setPreference(long preference, LtAttributes.OfPreference attribute, long value);

    /** cublasLtMatmulPreferenceDestroy. */
    void destroyPreference(long preference);

    /** cublasLtMatmulAlgoGetHeuristic: what it takes for the fastest; empty where it has none. */
    Optional<LtAlgorithm> heuristic(long lt, long matmul, LtLayouts layouts, long preference);

    /** cublasLtMatmul: {@code d = epilogue(alpha * op(a) * op(b) + beta * c)}. */
    void matmul(
            long lt,
            long matmul,
            LtLayouts layouts,
            LtOperands operands,
            LtAlgorithm algorithm,
            long workspace,
            long workspaceBytes,
            long stream);

    /** Layout descriptors of the four matrices. */
    record LtLayouts(long a, long b, long c, long d) {}

    /**
     * The matrices' addresses and the two scalars.
     *
     * @param wide whether the scalars are F64, else F32
     */
    record LtOperands(long a, long b, long c, long d, double alpha, double beta, boolean wide) {}

    /**
     * An algorithm of cuBLASLt's.
     *
     * @param words the structure cublasLtMatmulAlgo_t, eight words
     * @param workspaceBytes of device memory that it needs
     */
    record LtAlgorithm(long[] words, long workspaceBytes) {}
}
