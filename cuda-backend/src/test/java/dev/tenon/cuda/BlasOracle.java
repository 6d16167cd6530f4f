package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenon.DType;
import dev.tenon.conformance.reference.NumberFormat;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * What NVIDIA's pages say of cublasGemmStridedBatchedEx and cublasLtMatmul, on host memory, one element after the other with sums in
 * double precision: {@code D[i] = epilogue(alpha * op(A[i]) op(B[i]) + beta * C[i] + bias)}, where the element at row r and column c
 * of a matrix lies {@code r + c * ld} elements from its start, and the matrices of the batch lie a stride apart.
 */
final class BlasOracle {
    private BlasOracle() {}

    /** A matrix as it is kept, in a batch. */
    record Matrix(MemorySegment memory, DType type, long rows, long columns, long leading, long stride) {
        double get(long product, long row, long column) {
            return NumberFormat.real(type, NumberFormat.read(type, memory, at(product, row, column)));
        }

        /** A column, or else a row. */
        double[] line(long product, long number, boolean column, int length) {
            double[] line = new double[length];
            for (int i = 0; i < length; i++) {
                line[i] = column ? get(product, i, number) : get(product, number, i);
            }
            return line;
        }

        void set(long product, long row, long column, double value) {
            NumberFormat.write(type, memory, at(product, row, column), NumberFormat.bitsOfReal(type, value));
        }

        private long at(long product, long row, long column) {
            return (product * stride + row + column * leading) * type.blockBytes();
        }
    }

    /** cublasLtEpilogue_t by its bits. */
    record Epilogue(
            int code,
            @Nullable MemorySegment bias,
            @Nullable DType biasType) {
        static final Epilogue NONE = new Epilogue(1, null, null);

        double apply(double value, long row) {
            double biased = value;
            if ((code & 4) != 0) {
                biased += NumberFormat.real(biasType, NumberFormat.read(biasType, bias, row * biasType.blockBytes()));
            }
            if ((code & 2) != 0) {
                return Math.max(biased, 0);
            }
            if ((code & 32) != 0) {
                double inner = Math.sqrt(2 / Math.PI) * (biased + 0.044715 * biased * biased * biased);
                return 0.5 * biased * (1 + Math.tanh(inner));
            }
            return biased;
        }
    }

    static void multiply(
            boolean transposeA,
            boolean transposeB,
            double alpha,
            Matrix a,
            Matrix b,
            double beta,
            Matrix c,
            Matrix d,
            long batch,
            Epilogue epilogue) {
        long m = transposeA ? a.columns : a.rows;
        long k = transposeA ? a.rows : a.columns;
        assertEquals(k, transposeB ? b.columns : b.rows, "k of op(B)");
        long n = transposeB ? b.rows : b.columns;
        assertEquals(m, d.rows, "rows of D");
        assertEquals(n, d.columns, "columns of D");
        assertEquals(m, c.rows, "rows of C");
        assertEquals(n, c.columns, "columns of C");
        for (long product = 0; product < batch; product++) {
            double[][] rows = new double[(int) m][];
            for (int row = 0; row < m; row++) {
                rows[row] = a.line(product, row, transposeA, (int) k);
            }
            for (long column = 0; column < n; column++) {
                double[] right = b.line(product, column, !transposeB, (int) k);
                for (int row = 0; row < m; row++) {
                    double sum = 0;
                    for (int term = 0; term < k; term++) {
                        sum += rows[row][term] * right[term];
                    }
                    double value = alpha * sum;
                    // C is not read where beta is 0.
                    if (beta != 0) {
                        value += beta * c.get(product, row, column);
                    }
                    d.set(product, row, column, epilogue.apply(value, row));
                }
            }
        }
    }
}
