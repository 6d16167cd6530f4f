package dev.tenon;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.error.DTypeException;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.error.ShapeException;
import dev.tenon.op.*;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Each operator's rules, by what breaks them. */
class InferenceTest {
    private final Device device = NullDevice.device();

    private Tensor f32(long... sizes) {
        return Tensor.empty(device, DType.F32, sizes);
    }

    private Tensor of(DType dtype, long... sizes) {
        return Tensor.empty(device, dtype, sizes);
    }

    private static void fits(Op op) {
        assertDoesNotThrow(() -> Inference.check(op));
    }

    private static void shape(Op op) {
        ShapeException error = assertThrows(ShapeException.class, () -> Inference.check(op));
        assertTrue(!error.shapes().isEmpty(), "carries its operands: " + error);
    }

    private static void type(Op op) {
        DTypeException error = assertThrows(DTypeException.class, () -> Inference.check(op));
        assertTrue(!error.types().isEmpty(), "carries its types: " + error);
    }

    private static void argument(Op op) {
        assertThrows(InvalidArgumentException.class, () -> Inference.check(op));
    }

    @Test
    void elementwise() {
        fits(new Unary(UnaryKind.ABS, of(DType.I8, 3), of(DType.I8, 3)));
        type(new Unary(UnaryKind.SQRT, of(DType.I32, 3), of(DType.I32, 3)));
        type(new Unary(UnaryKind.NOT, f32(3), f32(3)));
        shape(new Unary(UnaryKind.EXP, f32(3), f32(4)));
        type(new Unary(UnaryKind.EXP, f32(3), of(DType.F16, 3)));
        argument(new UnaryBackward(UnaryKind.NOT, f32(3), f32(3), f32(3)));
        fits(new Binary(BinaryKind.LESS, f32(2, 3), f32(3), of(DType.BOOL, 2, 3)));
        type(new Binary(BinaryKind.LESS, f32(2, 3), f32(3), f32(2, 3)));
        type(new Binary(BinaryKind.AND, f32(3), f32(3), f32(3)));
        type(new Binary(BinaryKind.POWER, of(DType.I32, 3), of(DType.I32, 3), of(DType.I32, 3)));
        type(new Binary(BinaryKind.ADD, f32(3), of(DType.BF16, 3), f32(3)));
        shape(new Binary(BinaryKind.ADD, f32(2, 3), f32(3), f32(3)));
        type(new Binary(BinaryKind.ADD, of(DType.Q8_0, 32), of(DType.Q8_0, 32), of(DType.Q8_0, 32)));
        type(new Where(f32(3), f32(3), f32(3), f32(3)));
        fits(new Where(of(DType.BOOL, 3), f32(2, 1), f32(), f32(2, 3)));
        type(new Cast(of(DType.Q8_0, 32), f32(32)));
        argument(new RandomFill(new RandomFill.Bernoulli(1.5f), 1, 0, f32(3)));
        argument(new RandomFill(new RandomFill.Uniform(2, 1), 1, 0, f32(3)));
        type(new RandomFill(new RandomFill.Normal(0, 1), 1, 0, of(DType.I32, 3)));
        type(new Fill(1, of(DType.Q4_0, 32)));
    }

    @Test
    void reductions() {
        fits(new Reduce(ReduceKind.SUM, of(DType.BF16, 2, 3), List.of(1), f32(2, 1)));
        type(new Reduce(ReduceKind.SUM, of(DType.BF16, 2, 3), List.of(1), of(DType.BF16, 2, 1)));
        shape(new Reduce(ReduceKind.SUM, f32(2, 3), List.of(1), f32(2)));
        shape(new Reduce(ReduceKind.SUM, f32(2, 3), List.of(1, 0), f32(1, 1)));
        shape(new Reduce(ReduceKind.SUM, f32(2, 3), List.of(2), f32(2, 3)));
        type(new Reduce(ReduceKind.MEAN, of(DType.I32, 3), List.of(0), of(DType.I32, 1)));
        shape(new ArgReduce(true, f32(2, 0), of(DType.I64, 2)));
        type(new ArgReduce(true, f32(2, 3), f32(2)));
        shape(new TopK(f32(2, 3), f32(2, 4), of(DType.I64, 2, 4)));
        fits(new TopK(f32(2, 3), f32(2, 3), of(DType.I32, 2, 3)));
        argument(new CrossEntropy(f32(2, 5), of(DType.I64, 2), 3, f32(2), null));
        fits(new CrossEntropy(f32(2, 5), of(DType.I64, 2), -100, f32(2), f32(2)));
        shape(new CrossEntropy(f32(2, 5), of(DType.I64, 3), -100, f32(2), null));
    }

    @Test
    void matmul() {
        fits(new Matmul(f32(2, 3), f32(3, 4), Epilogue.NONE, f32(2, 4)));
        fits(new Matmul(f32(5, 1, 2, 3), f32(6, 3, 4), Epilogue.NONE, f32(5, 6, 2, 4)));
        fits(new Matmul(of(DType.BF16, 2, 32), of(DType.Q8_0, 4, 32).transpose(), Epilogue.NONE, f32(2, 4)));
        shape(new Matmul(f32(2, 32), of(DType.Q8_0, 32, 64), Epilogue.NONE, f32(2, 64)));
        shape(new Matmul(f32(2, 3), f32(4, 3), Epilogue.NONE, f32(2, 3)));
        shape(new Matmul(f32(3), f32(3, 4), Epilogue.NONE, f32(4)));
        type(new Matmul(of(DType.F64, 2, 3), f32(3, 4), Epilogue.NONE, f32(2, 4)));
        type(new Matmul(of(DType.Q8_0, 2, 32), f32(32, 4), Epilogue.NONE, f32(2, 4)));
        Tensor bias = f32(3);
        shape(new Matmul(f32(2, 3), f32(3, 4), new Epilogue(1, bias, Activation.NONE, null), f32(2, 4)));
        argument(new Matmul(f32(2, 3), f32(3, 4), new Epilogue(Float.NaN, null, Activation.NONE, null), f32(2, 4)));
        type(new Quantize(of(DType.F64, 32), of(DType.Q8_0, 32)));
        shape(new Dequantize(of(DType.Q8_0, 4, 32).transpose(0, 1), f32(32, 4)));
    }

    @Test
    void attention() {
        AttentionParameters causal = AttentionParameters.causal(8);
        fits(new Attention(
                f32(1, 4, 3, 8), f32(1, 2, 5, 8), f32(1, 2, 5, 6), null, null, causal, f32(1, 4, 3, 6), f32(1, 4, 3)));
        shape(new Attention(
                f32(1, 3, 3, 8), f32(1, 2, 5, 8), f32(1, 2, 5, 8), null, null, causal, f32(1, 3, 3, 8), null));
        shape(new Attention(
                f32(1, 4, 3, 8), f32(1, 2, 5, 7), f32(1, 2, 5, 7), null, null, causal, f32(1, 4, 3, 7), null));
        shape(new Attention(
                f32(1, 4, 3, 8), f32(1, 2, 5, 8), f32(1, 2, 4, 8), null, null, causal, f32(1, 4, 3, 8), null));
        AttentionParameters window = new AttentionParameters(1, false, 4, 0);
        argument(new Attention(
                f32(1, 4, 3, 8), f32(1, 2, 5, 8), f32(1, 2, 5, 8), null, null, window, f32(1, 4, 3, 8), null));
        shape(new Attention(
                f32(1, 4, 3, 8), f32(1, 2, 5, 8), f32(1, 2, 5, 8), f32(3, 4), null, causal, f32(1, 4, 3, 8), null));
        shape(new Rope(f32(1, 2, 3, 8), of(DType.I32, 2), f32(5), Rope.Pairing.HALVES, 1, false, f32(1, 2, 3, 8)));
        type(new Rope(f32(1, 2, 3, 8), of(DType.I64, 2), f32(4), Rope.Pairing.HALVES, 1, false, f32(1, 2, 3, 8)));
        fits(new Rope(f32(1, 2, 3, 8), of(DType.I32, 1, 2), f32(4), Rope.Pairing.HALVES, 1, false, f32(1, 2, 3, 8)));
    }

    @Test
    void indexing() {
        fits(new Gather(f32(5, 3), of(DType.I32, 2, 4), f32(2, 4, 3)));
        shape(new Gather(f32(5, 3), of(DType.I32, 2, 4), f32(2, 4)));
        type(new Gather(f32(5, 3), f32(2), f32(2, 3)));
        fits(new Gather(of(DType.Q4_K, 5, 256), of(DType.I64, 2), of(DType.BF16, 2, 256)));
        shape(new Concat(List.of(f32(2, 3), f32(2, 4)), 0, f32(4, 3)));
        shape(new Concat(List.of(f32(2, 3)), 2, f32(2, 3)));
        type(new Concat(List.of(f32(2), of(DType.F16, 2)), 0, f32(4)));
        fits(new CacheWrite(f32(2, 4, 32), of(DType.I32, 2), of(DType.Q8_0, 9, 4, 32)));
        shape(new CacheWrite(f32(2, 4, 32), of(DType.I32, 3), f32(9, 4, 32)));
        argument(new AllReduce(ReduceKind.SUM, List.of(f32(3)), List.of()));
        argument(new AllReduce(ReduceKind.PRODUCT, List.of(f32(3)), List.of(f32(3))));
        shape(new ReduceScatter(ReduceKind.SUM, List.of(f32(3), f32(3)), List.of(f32(1), f32(1))));
    }

    @Test
    void norms() {
        shape(new LayerNorm(f32(3, 0), null, null, 1e-5f, f32(3, 0), null, null));
        argument(new LayerNorm(f32(3, 4), null, null, -1, f32(3, 4), null, null));
        type(new RmsNorm(of(DType.BF16, 3, 4), null, of(DType.F16, 4), 0, 1e-5f, of(DType.BF16, 3, 4), null, null));
        fits(new RmsNorm(of(DType.BF16, 3, 4), null, f32(4), 0, 1e-5f, of(DType.BF16, 3, 4), null, f32(3)));
        type(new RmsNorm(f32(3, 4), null, f32(4), 0, 1e-5f, f32(3, 4), null, of(DType.F64, 3)));
    }

    @Test
    void customOperatorsInferForThemselves() {
        CustomKernel twice = new CustomKernel() {
            @Override
            public String name() {
                return "twice";
            }

            @Override
            public List<TensorSpec> infer(List<TensorSpec> inputs) {
                return inputs;
            }

            @Override
            public List<double[]> reference(List<TensorSpec> specs, List<double[]> inputs) {
                return inputs;
            }

            @Override
            public Cost cost(List<TensorSpec> inputs, List<TensorSpec> outputs) {
                return new Cost(7, 8);
            }

            @Override
            public Optional<CustomImplementation> implementation(String backend) {
                return Optional.empty();
            }
        };
        fits(new CustomOp(twice, List.of(f32(2)), List.of(f32(2))));
        shape(new CustomOp(twice, List.of(f32(2)), List.of(f32(3))));
        argument(new CustomOp(twice, List.of(f32(2)), List.of()));
        CustomOp op = new CustomOp(twice, List.of(f32(2)), List.of(f32(2)));
        assertEquals(new Cost(7, 8), Cost.of(op));
        assertEquals("twice(F32[2]) -> F32[2]", Descriptions.of(op));
    }

    @Test
    void costs() {
        assertEquals(
                2.0 * 2 * 3 * 4,
                Cost.of(new Matmul(f32(2, 3), f32(3, 4), Epilogue.NONE, f32(2, 4)))
                        .flops());
        assertEquals(
                4.0 * (6 + 12 + 8),
                Cost.of(new Matmul(f32(2, 3), f32(3, 4), Epilogue.NONE, f32(2, 4)))
                        .bytes());
        Op quantized = new Matmul(f32(1, 64), of(DType.Q4_0, 10, 64).transpose(), Epilogue.NONE, f32(1, 10));
        assertEquals(4 * 64 + 10 * 2 * 18 + 4 * 10, Cost.of(quantized).bytes());
        // Causal: 4 queries see 1, 2, 3 and 4 keys; two products of 8 multiply-adds each.
        AttentionParameters causal = AttentionParameters.causal(8);
        Op attention = new Attention(
                f32(1, 1, 4, 8), f32(1, 1, 4, 8), f32(1, 1, 4, 8), null, null, causal, f32(1, 1, 4, 8), null);
        assertEquals(10 * 2 * 16, Cost.of(attention).flops());
        // Broadcast elements are read once.
        Op add = new Binary(BinaryKind.ADD, f32(10, 4), f32(4).broadcastTo(10, 4), f32(10, 4));
        assertEquals(4 * (40 + 4 + 40), Cost.of(add).bytes());
    }
}
