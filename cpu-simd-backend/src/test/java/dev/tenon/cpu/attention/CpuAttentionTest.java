package dev.tenon.cpu.attention;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.DType;
import dev.tenon.Tensor;
import dev.tenon.cpu.attention.TestTensors.Place;
import dev.tenon.cpu.thread.ThreadTeam;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.op.Attention;
import dev.tenon.op.AttentionParameters;
import dev.tenon.op.Inference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CpuAttentionTest {
    private static ThreadTeam team;

    @BeforeAll
    static void open() {
        team = ThreadTeam.open(2);
    }

    @AfterAll
    static void close() {
        team.close();
    }

    /** Sizes and attributes of one attention; heads are {@code keyHeads * group}. */
    record Case(
            int batch,
            int keyHeads,
            int group,
            int queries,
            int keys,
            int headSize,
            int valueSize,
            DType type,
            DType cacheType,
            Place place,
            AttentionParameters parameters,
            boolean masked,
            boolean lengths) {
        static Case of(int queries, int keys, int headSize) {
            return new Case(
                    1,
                    2,
                    1,
                    queries,
                    keys,
                    headSize,
                    headSize,
                    DType.F32,
                    DType.F32,
                    Place.PLAIN,
                    AttentionParameters.causal(headSize),
                    false,
                    false);
        }

        Case heads(int batch, int keyHeads, int group) {
            return new Case(
                    batch,
                    keyHeads,
                    group,
                    queries,
                    keys,
                    headSize,
                    valueSize,
                    type,
                    cacheType,
                    place,
                    parameters,
                    masked,
                    lengths);
        }

        Case valueSize(int valueSize) {
            return new Case(
                    batch,
                    keyHeads,
                    group,
                    queries,
                    keys,
                    headSize,
                    valueSize,
                    type,
                    cacheType,
                    place,
                    parameters,
                    masked,
                    lengths);
        }

        Case types(DType type, DType cacheType) {
            return new Case(
                    batch,
                    keyHeads,
                    group,
                    queries,
                    keys,
                    headSize,
                    valueSize,
                    type,
                    cacheType,
                    place,
                    parameters,
                    masked,
                    lengths);
        }

        Case place(Place place) {
            return new Case(
                    batch,
                    keyHeads,
                    group,
                    queries,
                    keys,
                    headSize,
                    valueSize,
                    type,
                    cacheType,
                    place,
                    parameters,
                    masked,
                    lengths);
        }

        Case with(boolean causal, long window, float softCap) {
            AttentionParameters other = new AttentionParameters(parameters.scale(), causal, window, softCap);
            return new Case(
                    batch, keyHeads, group, queries, keys, headSize, valueSize, type, cacheType, place, other, masked,
                    lengths);
        }

        Case addMask() {
            return new Case(
                    batch,
                    keyHeads,
                    group,
                    queries,
                    keys,
                    headSize,
                    valueSize,
                    type,
                    cacheType,
                    place,
                    parameters,
                    true,
                    lengths);
        }

        Case addLengths() {
            return new Case(
                    batch,
                    keyHeads,
                    group,
                    queries,
                    keys,
                    headSize,
                    valueSize,
                    type,
                    cacheType,
                    place,
                    parameters,
                    masked,
                    true);
        }
    }

    static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (int size : new int[] {1, 13, 65, 207}) {
            cases.add(Case.of(size, size, 64));
            cases.add(Case.of(size, size, 64).with(false, 0, 0));
            cases.add(Case.of(size, 300, 33).heads(2, 1, 3));
            cases.add(Case.of(size, size, 16).with(true, 5, 0));
            cases.add(Case.of(size, 2 * size, 24).with(true, 100, 0).valueSize(40));
        }
        for (int queries = 1; queries <= 9; queries++) {
            cases.add(Case.of(queries, 700, 64).heads(1, 2, 1 + queries % 4));
        }
        cases.add(Case.of(1, 2500, 128).heads(1, 1, 1));
        cases.add(Case.of(2, 1100, 80).heads(1, 1, 5).with(true, 600, 0));
        cases.add(Case.of(1, 5, 1).valueSize(1));
        cases.add(Case.of(30, 10, 8));
        cases.add(Case.of(3, 0, 8));
        cases.add(Case.of(0, 7, 8));
        cases.add(Case.of(4, 7, 8).heads(0, 2, 2));
        cases.add(Case.of(100, 100, 32).with(true, 0, 5));
        cases.add(Case.of(100, 100, 32).with(false, 0, 2).addMask());
        cases.add(Case.of(67, 91, 32).heads(2, 2, 2).addMask());
        cases.add(Case.of(2, 600, 32).heads(2, 2, 2).addMask().with(true, 0, 3));
        cases.add(Case.of(20, 33, 32).heads(5, 1, 2).addLengths());
        cases.add(Case.of(1, 600, 32).heads(5, 1, 2).addLengths());
        cases.add(Case.of(20, 33, 32).heads(5, 1, 2).addLengths().with(false, 0, 0));
        cases.add(Case.of(40, 290, 288).valueSize(300));
        for (Place place : Place.values()) {
            for (DType cache : new DType[] {DType.F32, DType.F16, DType.BF16, DType.Q8_0}) {
                for (DType type : new DType[] {DType.F32, DType.F16, DType.BF16}) {
                    cases.add(Case.of(29, 70, 64).types(type, cache).place(place));
                    cases.add(
                            Case.of(2, 300, 96).types(type, cache).place(place).heads(1, 2, 2));
                }
            }
            cases.add(
                    Case.of(9, 41, 20).types(DType.F64, DType.F64).place(place).addMask());
        }
        return cases;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void matchesTheDefinition(Case c) {
        long seed = System.nanoTime();
        TestTensors tensors = new TestTensors(seed);
        int heads = c.keyHeads * c.group;
        Tensor query = tensors.normal(c.type, c.place, 1, c.batch, heads, c.queries, c.headSize);
        Tensor key = tensors.normal(c.cacheType, c.place, 1, c.batch, c.keyHeads, c.keys, c.headSize);
        Tensor value = tensors.normal(c.cacheType, c.place, 1, c.batch, c.keyHeads, c.keys, c.valueSize);
        DType wide = c.type == DType.F64 ? DType.F64 : DType.F32;
        Tensor mask = c.masked ? tensors.normal(wide, Place.PLAIN, 1, 1, heads, c.queries, c.keys) : null;
        int[] lengths = new int[c.batch];
        for (int b = 0; b < c.batch; b++) {
            lengths[b] = c.lengths ? new int[] {c.keys, 0, 1, c.keys / 2, c.keys - 1}[b % 5] : c.keys;
        }
        Tensor out = tensors.empty(c.type, c.place, c.batch, heads, c.queries, c.valueSize);
        Tensor logSumExp = tensors.empty(wide, Place.PLAIN, c.batch, heads, c.queries);
        Attention op = new Attention(
                query, key, value, mask, c.lengths ? tensors.ints(lengths) : null, c.parameters, out, logSumExp);
        Inference.check(op);
        CpuAttention.bind(op, team).run();
        compare(
                c,
                seed,
                query,
                AttentionReference.of(key),
                AttentionReference.of(value),
                mask,
                lengths,
                out,
                logSumExp);
        tensors.checkSentinels();
    }

    static void compare(
            Case c,
            long seed,
            Tensor query,
            AttentionReference.Rows key,
            AttentionReference.Rows value,
            Tensor mask,
            int[] lengths,
            Tensor out,
            Tensor logSumExp) {
        Tensor wideMask = mask == null ? null : mask.broadcastTo(c.batch, c.keyHeads * c.group, c.queries, c.keys);
        AttentionReference.Rows queryRows = AttentionReference.of(query);
        AttentionReference.Rows maskRows = wideMask == null ? null : AttentionReference.of(wideMask);
        double[] outs = TestTensors.values(out);
        double[] sums = TestTensors.values(logSumExp);
        int row = 0;
        double tolerance = switch (c.type) {
            case F16 -> 1.5e-3;
            case BF16 -> 1.2e-2;
            case F64 -> 1e-12;
            default -> 1e-5;
        };
        for (int b = 0; b < c.batch; b++) {
            for (int h = 0; h < c.keyHeads * c.group; h++) {
                for (int i = 0; i < c.queries; i++) {
                    double[] expected = AttentionReference.query(
                            query,
                            queryRows,
                            key,
                            value,
                            c.group,
                            lengths[b],
                            c.valueSize,
                            maskRows,
                            c.parameters,
                            b,
                            h,
                            i);
                    String where = "seed " + seed + ", " + c + " at " + b + ", " + h + ", " + i;
                    for (int d = 0; d < c.valueSize; d++) {
                        double got = outs[row * c.valueSize + d];
                        assertEquals(expected[d], got, tolerance * Math.max(1, Math.abs(expected[d])), where);
                    }
                    double sum = sums[row];
                    double wideTolerance = c.type == DType.F64 ? 1e-12 : 2e-5;
                    assertEquals(expected[c.valueSize], sum, wideTolerance * Math.max(1, Math.abs(sum)), where);
                    row++;
                }
            }
        }
    }

    @Test
    void bitsDoNotDependOnThreads() {
        TestTensors tensors = new TestTensors(1);
        for (int queries : new int[] {1, 3, 150}) {
            Tensor query = tensors.normal(DType.F32, Place.PLAIN, 1, 1, 4, queries, 64);
            Tensor key = tensors.normal(DType.F32, Place.PLAIN, 1, 1, 2, 3000, 64);
            Tensor value = tensors.normal(DType.F32, Place.PLAIN, 1, 1, 2, 3000, 64);
            byte[][] results = new byte[3][];
            for (int threads = 1; threads <= 3; threads++) {
                Tensor out = tensors.empty(DType.F32, Place.PLAIN, 1, 4, queries, 64);
                try (ThreadTeam other = ThreadTeam.open(threads)) {
                    CpuAttention.bind(
                                    new Attention(
                                            query, key, value, null, null, AttentionParameters.causal(64), out, null),
                                    other)
                            .run();
                }
                results[threads - 1] = out.toByteArray();
            }
            assertArrayEquals(results[0], results[1]);
            assertArrayEquals(results[0], results[2]);
        }
    }

    @Test
    void futureKeysDoNotCount() {
        for (int keys : new int[] {3, 40, 700}) {
            TestTensors tensors = new TestTensors(2);
            Tensor query = tensors.normal(DType.F32, Place.PLAIN, 1, 1, 1, keys, 32);
            Tensor key = tensors.normal(DType.F32, Place.PLAIN, 1, 1, 1, keys, 32);
            Tensor value = tensors.normal(DType.F32, Place.PLAIN, 1, 1, 1, keys, 32);
            for (int poisoned = 0; poisoned < keys; poisoned += 1 + keys / 7) {
                TestTensors.set(key, new long[] {0, 0, poisoned, 5}, Double.NaN);
                TestTensors.set(value, new long[] {0, 0, poisoned, 7}, Double.POSITIVE_INFINITY);
                Tensor out = tensors.empty(DType.F32, Place.PLAIN, 1, 1, keys, 32);
                CpuAttention.bind(
                                new Attention(query, key, value, null, null, AttentionParameters.causal(32), out, null),
                                team)
                        .run();
                for (int i = 0; i < keys; i++) {
                    assertEquals(i < poisoned, Double.isFinite(TestTensors.get(out, 0, 0, i, 7)), "query " + i);
                }
                TestTensors.set(key, new long[] {0, 0, poisoned, 5}, 0);
                TestTensors.set(value, new long[] {0, 0, poisoned, 7}, 0);
            }
        }
    }

    @Test
    void masksOfMinusInfinityHide() {
        TestTensors tensors = new TestTensors(3);
        for (int queries : new int[] {1, 50}) {
            Tensor query = tensors.normal(DType.F32, Place.PLAIN, 1, 1, 1, queries, 32);
            Tensor key = tensors.normal(DType.F32, Place.PLAIN, 1, 1, 1, 600, 32);
            Tensor value = tensors.normal(DType.F32, Place.PLAIN, 1, 1, 1, 600, 32);
            Tensor mask = tensors.normal(DType.F32, Place.PLAIN, 0, 1, 1, queries, 600);
            for (int j = 0; j < 599; j++) {
                TestTensors.set(mask, new long[] {0, 0, 0, j}, Double.NEGATIVE_INFINITY);
            }
            Tensor out = tensors.empty(DType.F32, Place.PLAIN, 1, 1, queries, 32);
            Tensor sum = tensors.empty(DType.F32, Place.PLAIN, 1, 1, queries);
            Attention op = new Attention(query, key, value, mask, null, AttentionParameters.full(32), out, sum);
            CpuAttention.bind(op, team).run();
            assertEquals(TestTensors.get(value, 0, 0, 599, 3), TestTensors.get(out, 0, 0, 0, 3), 1e-6);
            TestTensors.set(mask, new long[] {0, 0, 0, 599}, Double.NEGATIVE_INFINITY);
            CpuAttention.bind(op, team).run();
            assertEquals(0, TestTensors.get(out, 0, 0, 0, 3));
            assertEquals(Double.NEGATIVE_INFINITY, TestTensors.get(sum, 0, 0, 0));
        }
    }

    @Test
    void lengthsAreReadAtEachRun() {
        TestTensors tensors = new TestTensors(4);
        Tensor query = tensors.normal(DType.F32, Place.PLAIN, 1, 1, 1, 1, 8);
        Tensor key = tensors.normal(DType.F32, Place.PLAIN, 1, 1, 1, 9, 8);
        Tensor value = tensors.normal(DType.F32, Place.PLAIN, 1, 1, 1, 9, 8);
        Tensor lengths = tensors.ints(1);
        Tensor out = tensors.empty(DType.F32, Place.PLAIN, 1, 1, 1, 8);
        Runnable bound = CpuAttention.bind(
                new Attention(query, key, value, null, lengths, AttentionParameters.causal(8), out, null), team);
        bound.run();
        assertEquals(TestTensors.get(value, 0, 0, 0, 0), TestTensors.get(out, 0, 0, 0, 0), 1e-6);
        lengths.segment().set(java.lang.foreign.ValueLayout.JAVA_INT, 0, 9);
        bound.run();
        assertTrue(Math.abs(TestTensors.get(value, 0, 0, 0, 0) - TestTensors.get(out, 0, 0, 0, 0)) > 1e-6);
        lengths.segment().set(java.lang.foreign.ValueLayout.JAVA_INT, 0, 10);
        assertThrows(InvalidArgumentException.class, bound::run);
    }
}
