package dev.tenon.cpu.attention;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenon.DType;
import dev.tenon.Tensor;
import dev.tenon.cpu.attention.CpuAttentionTest.Case;
import dev.tenon.cpu.attention.TestTensors.Place;
import dev.tenon.cpu.thread.ThreadTeam;
import dev.tenon.op.Attention;
import dev.tenon.op.AttentionBackward;
import dev.tenon.op.AttentionParameters;
import dev.tenon.op.Inference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CpuAttentionBackwardTest {
    private static ThreadTeam team;

    @BeforeAll
    static void open() {
        team = ThreadTeam.open(2);
    }

    @AfterAll
    static void close() {
        team.close();
    }

    static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (int size : new int[] {1, 13, 65, 207}) {
            cases.add(Case.of(size, size, 32));
            cases.add(Case.of(size, size, 20).with(false, 0, 0).valueSize(28));
            cases.add(Case.of(size, 130, 16).heads(2, 1, 3));
            cases.add(Case.of(size, size, 16).with(true, 5, 0));
        }
        cases.add(Case.of(30, 500, 16).heads(1, 1, 2).with(true, 200, 0));
        cases.add(Case.of(30, 10, 8));
        cases.add(Case.of(3, 0, 8));
        cases.add(Case.of(0, 7, 8));
        cases.add(Case.of(100, 100, 32).with(true, 0, 1.5f));
        cases.add(Case.of(100, 100, 32).with(false, 0, 2).addMask());
        cases.add(Case.of(67, 91, 32).heads(2, 2, 2).addMask());
        for (Place place : Place.values()) {
            for (DType type : new DType[] {DType.F32, DType.F16, DType.BF16, DType.F64}) {
                cases.add(Case.of(29, 70, 16).types(type, type).place(place).heads(1, 2, 2));
            }
        }
        cases.add(Case.of(33, 47, 16)
                .types(DType.F64, DType.F64)
                .with(true, 9, 1.5f)
                .addMask());
        return cases;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void matchesTheDefinition(Case c) {
        long seed = System.nanoTime();
        TestTensors tensors = new TestTensors(seed);
        int heads = c.keyHeads() * c.group();
        Tensor query = tensors.normal(c.type(), c.place(), 1, c.batch(), heads, c.queries(), c.headSize());
        Tensor key = tensors.normal(c.type(), c.place(), 1, c.batch(), c.keyHeads(), c.keys(), c.headSize());
        Tensor value = tensors.normal(c.type(), c.place(), 1, c.batch(), c.keyHeads(), c.keys(), c.valueSize());
        Tensor gradOut = tensors.normal(c.type(), c.place(), 1, c.batch(), heads, c.queries(), c.valueSize());
        DType wide = c.type() == DType.F64 ? DType.F64 : DType.F32;
        Tensor mask = c.masked() ? tensors.normal(wide, Place.PLAIN, 1, 1, heads, c.queries(), c.keys()) : null;
        Tensor out = tensors.empty(c.type(), c.place(), c.batch(), heads, c.queries(), c.valueSize());
        Tensor sums = tensors.empty(wide, Place.PLAIN, c.batch(), heads, c.queries());
        CpuAttention.bind(new Attention(query, key, value, mask, null, c.parameters(), out, sums), team)
                .run();
        Tensor gradQuery = tensors.empty(c.type(), c.place(), query.shape().sizes());
        Tensor gradKey = tensors.empty(c.type(), c.place(), key.shape().sizes());
        Tensor gradValue = tensors.empty(c.type(), c.place(), value.shape().sizes());
        AttentionBackward op = new AttentionBackward(
                query, key, value, mask, c.parameters(), out, sums, gradOut, gradQuery, gradKey, gradValue);
        Inference.check(op);
        CpuAttentionBackward.bind(op, team).run();
        tensors.checkSentinels();

        Tensor wideMask = mask == null ? null : mask.broadcastTo(c.batch(), heads, c.queries(), c.keys());
        double[][] expected = AttentionReference.backward(query, key, value, gradOut, wideMask, c.parameters());
        String where = "seed " + seed + ", " + c;
        compare(expected[0], gradQuery, where + " query");
        compare(expected[1], gradKey, where + " key");
        compare(expected[2], gradValue, where + " value");
    }

    private static void compare(double[] expected, Tensor tensor, String where) {
        double[] got = TestTensors.values(tensor);
        double unit = switch (tensor.dtype()) {
            case F16 -> 4e-3;
            case BF16 -> 3e-2;
            case F64 -> 1e-11;
            default -> 2e-5;
        };
        double largest = 1;
        for (double value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < got.length; i++) {
            assertEquals(expected[i], got[i], unit * largest, where + " " + i);
        }
    }

    @Test
    void bitsDoNotDependOnThreads() {
        TestTensors tensors = new TestTensors(1);
        for (int keys : new int[] {50, 900}) {
            Tensor query = tensors.normal(DType.F32, Place.PLAIN, 1, 1, 2, keys, 32);
            Tensor key = tensors.normal(DType.F32, Place.PLAIN, 1, 1, 1, keys, 32);
            Tensor value = tensors.normal(DType.F32, Place.PLAIN, 1, 1, 1, keys, 32);
            Tensor gradOut = tensors.normal(DType.F32, Place.PLAIN, 1, 1, 2, keys, 32);
            Tensor out = tensors.empty(DType.F32, Place.PLAIN, 1, 2, keys, 32);
            Tensor sums = tensors.empty(DType.F32, Place.PLAIN, 1, 2, keys);
            AttentionParameters parameters = AttentionParameters.causal(32);
            CpuAttention.bind(new Attention(query, key, value, null, null, parameters, out, sums), team)
                    .run();
            double[][] results = new double[2][];
            for (int threads = 1; threads <= 2; threads++) {
                Tensor gradQuery = tensors.empty(DType.F32, Place.PLAIN, 1, 2, keys, 32);
                Tensor gradKey = tensors.empty(DType.F32, Place.PLAIN, 1, 1, keys, 32);
                Tensor gradValue = tensors.empty(DType.F32, Place.PLAIN, 1, 1, keys, 32);
                try (ThreadTeam other = ThreadTeam.open(threads)) {
                    CpuAttentionBackward.bind(
                                    new AttentionBackward(
                                            query,
                                            key,
                                            value,
                                            null,
                                            parameters,
                                            out,
                                            sums,
                                            gradOut,
                                            gradQuery,
                                            gradKey,
                                            gradValue),
                                    other)
                            .run();
                }
                results[threads - 1] = TestTensors.values(gradQuery);
            }
            assertArrayEquals(results[0], results[1]);
        }
    }
}
