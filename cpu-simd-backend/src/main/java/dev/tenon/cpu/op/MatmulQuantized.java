package dev.tenon.cpu.op;

import dev.tenon.DType;
import dev.tenon.Tensor;
import dev.tenon.op.Matmul;

/** Products with quantized weights by way of their F32 values. */
final class MatmulQuantized {
    private MatmulQuantized() {}

    static Runnable bind(Matmul op, CpuContext context) {
        Tensor weight = op.b().transpose();
        Tensor wide = Tensor.empty(op.b().device(), DType.F32, weight.shape());
        Runnable decode = CpuDequantize.bind(new dev.tenon.op.Dequantize(weight, wide), context);
        Runnable product = CpuMatmul.bind(new Matmul(op.a(), wide.transpose(), op.epilogue(), op.out()), context);
        return () -> {
            decode.run();
            product.run();
        };
    }
}
