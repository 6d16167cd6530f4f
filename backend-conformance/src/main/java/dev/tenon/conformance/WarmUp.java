package dev.tenon.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Nn;
import dev.tenon.Scope;
import dev.tenon.Tensor;
import dev.tenon.op.AttentionParameters;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * The same operator hundreds of times, from interpreted to compiled code where there is such a thing: an order of
 * summation that the machine picks shows here.
 */
final class WarmUp {
    private static final int RUNS = 250;

    private WarmUp() {}

    static Stream<DynamicTest> tests(Device device) {
        Stream<DynamicTest> products = Stream.of(
                        DType.F32,
                        DType.BF16,
                        DType.Q8_0,
                        DType.Q4_0,
                        DType.Q4_1,
                        DType.Q5_0,
                        DType.Q5_1,
                        DType.Q4_K,
                        DType.Q5_K,
                        DType.Q6_K)
                .map(type -> test("product of a row and " + type, () -> {
                    Tensor weight = Contract.normal(device, 2, 33, 512).cast(type);
                    repeats(Contract.normal(device, 1, 1, 512), row -> Nn.linear(row, weight));
                }));
        Stream<DynamicTest> rows = Stream.of(
                rows(device, "product", in -> in.matmul(in.transpose())),
                rows(device, "sum of rows", in -> in.sum(1)),
                rows(device, "sum of columns", in -> in.sum(0)),
                rows(device, "softmax", in -> in.softmax(1)),
                rows(device, "logSoftmax", in -> in.logSoftmax(1)),
                rows(device, "rmsNorm", in -> Nn.rmsNorm(in, null, 1e-5f)),
                rows(device, "layerNorm", in -> Nn.layerNorm(in, null, null, 1e-5f)),
                rows(device, "gelu", Tensor::gelu),
                test("attention", () -> {
                    Tensor key = Contract.normal(device, 5, 1, 1, 50, 64);
                    repeats(
                            Contract.normal(device, 4, 1, 2, 3, 64),
                            query -> Nn.attention(query, key, key, AttentionParameters.causal(64)));
                }));
        return Stream.concat(products, rows);
    }

    private static DynamicTest rows(Device device, String what, UnaryOperator<Tensor> work) {
        return test(what, () -> repeats(Contract.normal(device, 3, 20, 333), work));
    }

    private static DynamicTest test(String what, Runnable body) {
        return dynamicTest("results do not change as code warms up: " + what, () -> {
            try (Scope scope = Scope.open()) {
                body.run();
            }
        });
    }

    private static void repeats(Tensor in, UnaryOperator<Tensor> work) {
        byte[] first = new byte[0];
        for (int i = 0; i < RUNS; i++) {
            try (Scope scope = Scope.open()) {
                byte[] bits = work.apply(in).toByteArray();
                first = i == 0 ? bits : first;
                assertArrayEquals(first, bits, "run " + i);
            }
        }
    }
}
