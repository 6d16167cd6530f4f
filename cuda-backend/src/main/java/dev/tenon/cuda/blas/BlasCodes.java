package dev.tenon.cuda.blas;

import dev.tenon.DType;
import dev.tenon.error.NativeCallException;

/** Numbers of cublas_api.h, cublasLt.h and library_types.h. They are the same in CUDA 11, 12 and 13. */
public final class BlasCodes {
    /** CUBLAS_STATUS_ALLOC_FAILED. */
    public static final int ALLOC_FAILED = 3;
    /** CUBLAS_STATUS_NOT_SUPPORTED. */
    public static final int NOT_SUPPORTED = 15;

    /**
     * CUBLAS_DEFAULT_MATH, so no TF32 for F32, with CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION: parts of a sum are not
     * rounded to a 16-bit output's type before they are added up.
     */
    public static final int MATH_MODE = 16;
    /** CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE: the same for cuBLASLt. No reduction at all is always allowed. */
    public static final int REDUCTION_IN_COMPUTE_TYPE = 2;

    public static final int OP_N = 0;
    public static final int OP_T = 1;
    public static final int EPILOGUE_DEFAULT = 1;
    public static final int EPILOGUE_RELU = 2;
    /** Added to the others: the bias comes first. */
    public static final int EPILOGUE_BIAS = 4;
    /** By the approximation with tanh, which NVIDIA's pages do not say; frameworks that use it do. */
    public static final int EPILOGUE_GELU = 32;

    static final int GEMM_DEFAULT = -1;
    static final int ALGORITHM_BYTES = 64;
    static final int HEURISTIC_RESULT_BYTES = 96;

    private static final int COMPUTE_32F = 68;
    private static final int COMPUTE_64F = 70;

    private BlasCodes() {}

    /** cudaDataType. */
    public static int type(DType type) {
        return switch (type) {
            case F32 -> 0;
            case F64 -> 1;
            case F16 -> 2;
            case BF16 -> 14;
            case I64, I32, I16, I8, U8, BOOL, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K ->
                throw new IllegalArgumentException(type.name());
        };
    }

    /** cublasComputeType_t of products with an output of a type: never one that rounds operands. */
    public static int computeType(DType out) {
        return out == DType.F64 ? COMPUTE_64F : COMPUTE_32F;
    }

    /** The type of alpha and beta. */
    public static int scaleType(DType out) {
        return type(out == DType.F64 ? DType.F64 : DType.F32);
    }

    /** cublasOperation_t. */
    public static int operation(boolean transpose) {
        return transpose ? OP_T : OP_N;
    }

    static void check(String function, int status) {
        if (status != 0) {
            throw new NativeCallException(function, status, name(status), "");
        }
    }

    /** cublasStatus_t's name; empty for one that is not known. */
    public static String name(int status) {
        return switch (status) {
            case 0 -> "CUBLAS_STATUS_SUCCESS";
            case 1 -> "CUBLAS_STATUS_NOT_INITIALIZED";
            case ALLOC_FAILED -> "CUBLAS_STATUS_ALLOC_FAILED";
            case 7 -> "CUBLAS_STATUS_INVALID_VALUE";
            case 8 -> "CUBLAS_STATUS_ARCH_MISMATCH";
            case 11 -> "CUBLAS_STATUS_MAPPING_ERROR";
            case 13 -> "CUBLAS_STATUS_EXECUTION_FAILED";
            case 14 -> "CUBLAS_STATUS_INTERNAL_ERROR";
            case NOT_SUPPORTED -> "CUBLAS_STATUS_NOT_SUPPORTED";
            case 16 -> "CUBLAS_STATUS_LICENSE_ERROR";
            default -> "";
        };
    }
}
