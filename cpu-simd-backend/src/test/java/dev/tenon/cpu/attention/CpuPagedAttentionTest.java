package dev.tenon.cpu.attention;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tenon.DType;
import dev.tenon.Tensor;
import dev.tenon.cpu.attention.CpuAttentionTest.Case;
import dev.tenon.cpu.attention.TestTensors.Place;
import dev.tenon.cpu.thread.ThreadTeam;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.op.Attention;
import dev.tenon.op.Inference;
import dev.tenon.op.PagedAttention;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CpuPagedAttentionTest {
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
        for (DType cache : new DType[] {DType.F32, DType.F16, DType.BF16, DType.Q8_0}) {
            cases.add(Case.of(1, 700, 64).heads(3, 2, 4).types(DType.F32, cache));
            cases.add(Case.of(5, 70, 32).heads(3, 2, 2).types(DType.F16, cache).with(true, 40, 0));
            cases.add(
                    Case.of(65, 207, 32).heads(2, 1, 2).types(DType.F32, cache).with(true, 0, 4));
        }
        return cases;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void equalsAttentionOverTheSameRows(Case c) {
        long seed = System.nanoTime();
        for (int pageSize : new int[] {1, 48, 300}) {
            TestTensors tensors = new TestTensors(seed);
            int heads = c.keyHeads() * c.group();
            int perRow = (c.keys() + pageSize - 1) / pageSize;
            int pages = perRow * c.batch() + 3;
            Tensor query = tensors.normal(c.type(), Place.PLAIN, 1, c.batch(), heads, c.queries(), c.headSize());
            Tensor keyPages =
                    tensors.normal(c.cacheType(), Place.PLAIN, 1, pages, pageSize, c.keyHeads(), c.headSize());
            Tensor valuePages =
                    tensors.normal(c.cacheType(), Place.PLAIN, 1, pages, pageSize, c.keyHeads(), c.valueSize());
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < pages; i++) {
                order.add(i);
            }
            Collections.shuffle(order, tensors.random);
            int[] table = new int[c.batch() * perRow];
            int[] lengths = new int[c.batch()];
            for (int b = 0; b < c.batch(); b++) {
                lengths[b] = c.keys() - b * (c.keys() / 3);
                for (int i = 0; i < perRow; i++) {
                    boolean used = i * pageSize < lengths[b];
                    table[b * perRow + i] = used ? order.get(b * perRow + i) : -1;
                }
            }
            Tensor pageTable = Tensor.of(tensors.device, table, c.batch(), perRow);
            Tensor lengthTensor = tensors.ints(lengths);
            Tensor out = tensors.empty(c.type(), Place.PLAIN, c.batch(), heads, c.queries(), c.valueSize());
            Tensor sum = tensors.empty(DType.F32, Place.PLAIN, c.batch(), heads, c.queries());
            PagedAttention op =
                    new PagedAttention(query, keyPages, valuePages, pageTable, lengthTensor, c.parameters(), out, sum);
            Inference.check(op);
            Runnable bound = CpuPagedAttention.bind(op, team);
            bound.run();
            CpuAttentionTest.compare(
                    c,
                    seed,
                    query,
                    AttentionReference.paged(keyPages, table, perRow),
                    AttentionReference.paged(valuePages, table, perRow),
                    null,
                    lengths,
                    out,
                    sum);
            tensors.checkSentinels();
            equalsContiguous(c, tensors, op, table, perRow, lengthTensor);

            int page = table[0];
            pageTable.segment().set(ValueLayout.JAVA_INT, 0, pages);
            assertThrows(InvalidArgumentException.class, bound::run);
            pageTable.segment().set(ValueLayout.JAVA_INT, 0, page);
            lengthTensor.segment().set(ValueLayout.JAVA_INT, 0, perRow * pageSize + 1);
            assertThrows(InvalidArgumentException.class, bound::run);
        }
    }

    private static void equalsContiguous(
            Case c, TestTensors tensors, PagedAttention op, int[] table, int perRow, Tensor lengths) {
        int pageSize = (int) op.keyPages().shape().size(1);
        Tensor key = gather(tensors, op.keyPages(), table, c.batch(), perRow, pageSize);
        Tensor value = gather(tensors, op.valuePages(), table, c.batch(), perRow, pageSize);
        Tensor out = tensors.empty(c.type(), Place.PLAIN, op.out().shape().sizes());
        CpuAttention.bind(
                        new Attention(
                                op.query(),
                                key.transpose(1, 2),
                                value.transpose(1, 2),
                                null,
                                lengths,
                                op.parameters(),
                                out,
                                null),
                        team)
                .run();
        assertArrayEquals(TestTensors.values(out), TestTensors.values(op.out()), "not the same bits");
    }

    /** The pages' rows side by side: [batch, positions, heads, size]. */
    private static Tensor gather(TestTensors tensors, Tensor pages, int[] table, int batch, int perRow, int pageSize) {
        long heads = pages.shape().size(2);
        long size = pages.shape().size(3);
        Tensor all = Tensor.empty(tensors.device, pages.dtype(), batch, (long) perRow * pageSize, heads, size);
        long bytes = pages.dtype().bytes(pageSize * heads * size);
        long offset = pages.dtype().bytes(pages.layout().offset());
        for (int i = 0; i < table.length; i++) {
            if (table[i] >= 0) {
                java.lang.foreign.MemorySegment.copy(
                        pages.segment(), offset + table[i] * bytes, all.segment(), i * bytes, bytes);
            }
        }
        return all;
    }
}
