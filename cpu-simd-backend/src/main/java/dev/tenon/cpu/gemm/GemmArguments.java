package dev.tenon.cpu.gemm;

import dev.tenon.DType;
import org.jspecify.annotations.Nullable;

/**
 * One product, {@code C = epilogue(A B)}: A is m by k, B is k by n, C is m by n.
 *
 * @param c F32, F16 or BF16; must not overlap A or B
 * @param accumulate adds to what C holds, before the epilogue
 * @param readsOutput whether the epilogue reads C's old content (a residual that is C itself): sums are then kept
 *     elsewhere until they are finished
 * @param epilogue may be absent
 */
public record GemmArguments(
        int m,
        int n,
        int k,
        MatrixView a,
        MatrixView b,
        MatrixView c,
        boolean accumulate,
        boolean readsOutput,
        @Nullable RowEpilogue epilogue) {
    /** {@code C = A B}. */
    public static GemmArguments of(int m, int n, int k, MatrixView a, MatrixView b, MatrixView c) {
        return new GemmArguments(m, n, k, a, b, c, false, false, null);
    }

    /** Whether sums can be kept in C itself. */
    boolean sumsInPlace() {
        return c.type() == DType.F32 && c.columnStride() == 1 && !readsOutput;
    }

    /** {@code C^T = B^T A^T}: exchanges the roles of rows and columns. Without an epilogue only: its rows would be columns. */
    GemmArguments transpose() {
        assert epilogue == null;
        return new GemmArguments(n, m, k, b.transpose(), a.transpose(), c.transpose(), accumulate, readsOutput, null);
    }
}
