package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.List;

/**
 * A batched matrix product with a fused epilogue. Transposes are strides: pass {@code w.transpose()} for a weight kept as
 * [n, k]. Accumulates in F32 (F64 for F64).
 *
 * @param a [..., m, k]: F32, F16, BF16, or F64
 * @param b [..., k, n]: the same, or a quantized type, then as the transpose of a contiguous [n, k] weight (blocks run
 *     along k). Leading axes of {@code a} and {@code b} broadcast
 * @param out [..., m, n]: F32, F16 or BF16; F64 where {@code a} and {@code b} are
 */
public record Matmul(Tensor a, Tensor b, Epilogue epilogue, Tensor out) implements Op {
    @Override
    public List<Tensor> inputs() {
        if (epilogue.bias() == null && epilogue.residual() == null) {
            return List.of(a, b);
        }
        return Operands.of(a, b, epilogue.bias(), epilogue.residual());
    }

    @Override
    public List<Tensor> outputs() {
        return List.of(out);
    }
}
