package dev.tenon.cuda.blas;

/** Attributes of cuBLASLt's descriptors, by their numbers in cublasLt.h, and the bytes that each takes. */
public final class LtAttributes {
    private LtAttributes() {}

    /** cublasLtMatmulDescAttributes_t. */
    public enum OfMatmul {
        TRANSA(3, 4),
        TRANSB(4, 4),
        EPILOGUE(7, 4),
        BIAS_POINTER(8, 8);

        private final int code;
        private final int bytes;

        OfMatmul(int code, int bytes) {
            this.code = code;
            this.bytes = bytes;
        }

        public int code() {
            return code;
        }

        public int bytes() {
            return bytes;
        }
    }

    /** cublasLtMatrixLayoutAttribute_t. */
    public enum OfLayout {
        BATCH_COUNT(5, 4),
        STRIDED_BATCH_OFFSET(6, 8);

        private final int code;
        private final int bytes;

        OfLayout(int code, int bytes) {
            this.code = code;
            this.bytes = bytes;
        }

        public int code() {
            return code;
        }

        public int bytes() {
            return bytes;
        }
    }

    /** cublasLtMatmulPreferenceAttributes_t. */
    public enum OfPreference {
        MAX_WORKSPACE_BYTES(1, 8),
        REDUCTION_SCHEME_MASK(3, 4),
        MIN_ALIGNMENT_A_BYTES(5, 4),
        MIN_ALIGNMENT_B_BYTES(6, 4),
        MIN_ALIGNMENT_C_BYTES(7, 4),
        MIN_ALIGNMENT_D_BYTES(8, 4);

        private final int code;
        private final int bytes;

        OfPreference(int code, int bytes) {
            this.code = code;
            this.bytes = bytes;
        }

        public int code() {
            return code;
        }

        public int bytes() {
            return bytes;
        }
    }
}
