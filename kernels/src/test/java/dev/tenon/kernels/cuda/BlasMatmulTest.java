package dev.tenon.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Tensor;
import dev.tenon.op.Activation;
import dev.tenon.op.Epilogue;
import dev.tenon.op.Matmul;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Calls of a BLAS by hand; that they compute the same is tested with the CUDA backend's. */
class BlasMatmulTest {
    private final Device device = SizesDevice.open();

    private Tensor tensor(DType type, long... sizes) {
        return Tensor.empty(device, type, sizes);
    }

    private Tensor bf16(long... sizes) {
        return tensor(DType.BF16, sizes);
    }

    private static BlasGemm gemm(Tensor a, Tensor b, Tensor out) {
        return gemm(new Matmul(a, b, Epilogue.NONE, out));
    }

    private static BlasGemm gemm(Matmul op) {
        BlasPlan plan = BlasMatmul.plan(op);
        return assertInstanceOf(BlasGemm.class, plan, plan::toString);
    }

    private static String reason(Matmul op) {
        BlasPlan plan = BlasMatmul.plan(op);
        return assertInstanceOf(BlasPlan.Declined.class, plan, plan::toString).reason();
    }

    private static void assertShape(BlasGemm gemm, String operations, int m, int n, int k, int... leading) {
        assertEquals(operations, (gemm.transposeA() ? "T" : "N") + (gemm.transposeB() ? "T" : "N"));
        assertEquals(m, gemm.m());
        assertEquals(n, gemm.n());
        assertEquals(k, gemm.k());
        assertEquals(leading[0], gemm.a().leading(), "a");
        assertEquals(leading[1], gemm.b().leading(), "b");
        assertEquals(leading[2], gemm.d().leading(), "d");
    }

    @Test
    void operandsAreExchanged() {
        Tensor a = bf16(10, 30);
        Tensor b = bf16(30, 20);
        Tensor out = bf16(10, 20);
        BlasGemm gemm = gemm(a, b, out);
        assertShape(gemm, "NN", 20, 10, 30, 20, 30, 20);
        assertEquals(b.buffer(), gemm.a().buffer());
        assertEquals(a.buffer(), gemm.b().buffer());
        assertEquals(out.buffer(), gemm.d().buffer());
        assertTrue(gemm.isPlain());
        assertEquals(0, gemm.beta());
        assertEquals(1, gemm.batch());
        assertEquals(6000, gemm.products());
    }

    @Test
    void transposesAreOperations() {
        assertShape(gemm(bf16(10, 30), bf16(20, 30).transpose(), bf16(10, 20)), "TN", 20, 10, 30, 30, 30, 20);
        assertShape(gemm(bf16(30, 10).transpose(), bf16(30, 20), bf16(10, 20)), "NT", 20, 10, 30, 20, 10, 20);
        assertShape(
                gemm(bf16(30, 10).transpose(), bf16(20, 30).transpose(), bf16(10, 20)), "TT", 20, 10, 30, 30, 10, 20);
    }

    /** An output that is kept by column is taken as it is, and operands stay in their order. */
    @Test
    void aTransposedOutput() {
        Tensor a = bf16(10, 30);
        BlasGemm gemm = gemm(a, bf16(30, 20), bf16(20, 10).transpose());
        assertShape(gemm, "TT", 10, 20, 30, 30, 20, 10);
        assertEquals(a.buffer(), gemm.a().buffer());
    }

    @Test
    void slicesHaveLongerLinesAndAnOffset() {
        Tensor wide = bf16(10, 50);
        BlasGemm gemm = gemm(wide.slice(1, 7, 37), bf16(30, 20), bf16(10, 20));
        assertShape(gemm, "NN", 20, 10, 30, 20, 50, 20);
        assertEquals(7, gemm.b().offset());
        assertEquals(14, gemm.b().offsetBytes());
    }

    /** A batch that shares b is one product with more rows. */
    @Test
    void aSharedWeight() {
        assertShape(gemm(bf16(4, 10, 30), bf16(30, 20), bf16(4, 10, 20)), "NN", 20, 40, 30, 20, 30, 20);
    }

    @Test
    void batchesHaveStrides() {
        BlasGemm gemm = gemm(bf16(2, 3, 10, 30), bf16(2, 3, 30, 20), bf16(2, 3, 10, 20));
        assertEquals(6, gemm.batch());
        assertEquals(600, gemm.a().batchStride());
        assertEquals(300, gemm.b().batchStride());
        assertEquals(200, gemm.d().batchStride());
        BlasGemm shared = gemm(bf16(10, 30), bf16(6, 30, 20), bf16(6, 10, 20));
        assertEquals(0, shared.b().batchStride());
        assertEquals(
                "the batch's matrices do not follow each other with one stride",
                reason(new Matmul(bf16(2, 1, 10, 30), bf16(1, 3, 30, 20), Epilogue.NONE, bf16(2, 3, 10, 20))));
    }

    /** The stride of a single line is whatever it is; a BLAS wants at least the line's length. */
    @Test
    void singleLines() {
        assertShape(gemm(bf16(1, 30), bf16(30, 20), bf16(1, 20)), "NN", 20, 1, 30, 20, 30, 20);
        assertShape(gemm(bf16(10, 1), bf16(1, 20), bf16(10, 20)), "NN", 20, 10, 1, 20, 1, 20);
        assertShape(gemm(bf16(10, 30), bf16(30, 1), bf16(10, 1)), "NN", 1, 10, 30, 1, 30, 1);
        assertShape(gemm(bf16(9, 1).transpose(), bf16(9, 1), bf16(1, 1)), "NN", 1, 1, 9, 1, 9, 1);
    }

    @Test
    void whatABlasCannotRead() {
        String overlap = "an operand's rows or columns overlap, or it is contiguous along neither axis";
        Tensor row = bf16(1, 30).broadcastTo(10, 30);
        assertEquals(overlap, reason(new Matmul(row, bf16(30, 20), Epilogue.NONE, bf16(10, 20))));
        Tensor sparse = bf16(10, 60).slice(1, 0, 60, 2);
        assertEquals(overlap, reason(new Matmul(sparse, bf16(30, 20), Epilogue.NONE, bf16(10, 20))));
        Tensor to = bf16(10, 40).slice(1, 0, 40, 2);
        assertEquals(
                "the output or the residual is contiguous along neither axis",
                reason(new Matmul(bf16(10, 30), bf16(30, 20), Epilogue.NONE, to)));
        assertEquals(
                "cuBLAS counts rows and columns in 32 bits",
                reason(new Matmul(bf16(1L << 31, 2), bf16(2, 1), Epilogue.NONE, bf16(1L << 31, 1))));
        // 2^31 - 1 rows are no reason, and strides of the batch may be longer.
        assertEquals(
                Integer.MAX_VALUE,
                gemm(bf16(Integer.MAX_VALUE, 2), bf16(2, 1), bf16(Integer.MAX_VALUE, 1))
                        .n());
        BlasGemm far = gemm(bf16(3, 1 << 16, 1 << 16), bf16(3, 1 << 16, 1 << 16), bf16(3, 1 << 16, 1 << 16));
        assertEquals(1L << 32, far.a().batchStride());
    }

    private Matmul with(Epilogue epilogue, Tensor out) {
        return new Matmul(tensor(out.dtype(), 10, 30), tensor(out.dtype(), 30, 20), epilogue, out);
    }

    private static Epilogue epilogue(@Nullable Tensor bias, Activation activation, @Nullable Tensor residual) {
        return new Epilogue(0.5f, bias, activation, residual);
    }

    @Test
    void epilogues() {
        Tensor out = bf16(10, 20);
        BlasGemm scaled = gemm(with(epilogue(null, Activation.NONE, null), out));
        assertTrue(scaled.isPlain());
        assertEquals(0.5, scaled.alpha());
        BlasGemm accumulating = gemm(with(epilogue(null, Activation.NONE, out), out));
        assertTrue(accumulating.isPlain());
        assertEquals(1, accumulating.beta());
        Tensor residual = bf16(10, 32).slice(1, 0, 20);
        BlasGemm added = gemm(with(epilogue(null, Activation.NONE, residual), out));
        assertFalse(added.isPlain());
        assertEquals(residual.buffer(), added.c().buffer());
        assertEquals(32, added.c().leading());
        BlasGemm biased = gemm(with(epilogue(bf16(40).slice(0, 3, 23), Activation.RELU, null), out));
        assertFalse(biased.isPlain());
        assertNotNull(biased.bias());
        assertEquals(6, biased.bias().offsetBytes());
        assertEquals(Activation.RELU, biased.activation());
        assertEquals(4, biased.buffers().size());
    }

    @Test
    void epiloguesThatMeanSomethingElse() {
        Tensor out = bf16(10, 20);
        assertEquals(
                "cuBLASLt adds a residual before the activation",
                reason(with(epilogue(null, Activation.RELU, bf16(10, 20)), out)));
        for (Activation activation : new Activation[] {
            Activation.GELU, Activation.GELU_QUICK, Activation.SILU, Activation.SIGMOID, Activation.TANH
        }) {
            assertEquals("cuBLASLt has no such activation", reason(with(epilogue(null, activation, null), out)));
        }
        assertEquals("the scale is 0", reason(with(new Epilogue(0, null, Activation.NONE, null), out)));
        assertEquals(
                "cuBLASLt's bias has the output's type",
                reason(with(epilogue(tensor(DType.F32, 20), Activation.NONE, null), out)));
        assertEquals(
                "the bias is not contiguous",
                reason(with(epilogue(bf16(1).broadcastTo(20), Activation.NONE, null), out)));
        assertEquals(
                "cuBLASLt's bias goes along the output's contiguous axis",
                reason(with(
                        epilogue(bf16(20), Activation.NONE, null), bf16(20, 10).transpose())));
        assertEquals(
                "the output or the residual is contiguous along neither axis",
                reason(with(epilogue(null, Activation.NONE, bf16(20, 10).transpose()), out)));
        Tensor wide = tensor(DType.F64, 10, 20);
        assertEquals("cuBLASLt fuses nothing into F64", reason(with(epilogue(null, Activation.RELU, null), wide)));
    }

    @Test
    void types() {
        for (DType type : new DType[] {DType.F32, DType.F16, DType.BF16}) {
            gemm(tensor(type, 10, 30), tensor(type, 30, 20), tensor(type, 10, 20));
            gemm(tensor(type, 10, 30), tensor(type, 30, 20), tensor(DType.F32, 10, 20));
        }
        gemm(tensor(DType.F64, 10, 30), tensor(DType.F64, 30, 20), tensor(DType.F64, 10, 20));
        assertEquals(
                "cuBLAS has no product of BF16 and BF16 into F16",
                reason(new Matmul(bf16(10, 30), bf16(30, 20), Epilogue.NONE, tensor(DType.F16, 10, 20))));
        assertEquals(
                "cuBLAS has no product of F32 and BF16 into F32",
                reason(new Matmul(tensor(DType.F32, 10, 30), bf16(30, 20), Epilogue.NONE, tensor(DType.F32, 10, 20))));
        assertEquals(
                "cuBLAS has no quantized weights",
                reason(new Matmul(
                        tensor(DType.F32, 10, 64),
                        tensor(DType.Q8_0, 20, 64).transpose(),
                        Epilogue.NONE,
                        tensor(DType.F32, 10, 20))));
        assertEquals(
                "there is nothing to add up",
                reason(new Matmul(bf16(10, 0), bf16(0, 20), Epilogue.NONE, bf16(10, 20))));
    }
}
