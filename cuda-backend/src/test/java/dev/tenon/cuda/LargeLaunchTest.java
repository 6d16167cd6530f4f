package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Scope;
import dev.tenon.Tensor;
import dev.tenon.error.UnsupportedOpException;
import dev.tenon.op.Attention;
import dev.tenon.op.AttentionParameters;
import dev.tenon.op.Copy;
import dev.tenon.op.Epilogue;
import dev.tenon.op.LayerNorm;
import dev.tenon.op.Matmul;
import dev.tenon.op.Op;
import dev.tenon.op.RmsNorm;
import dev.tenon.op.Softmax;
import dev.tenon.op.TopK;
import dev.tenon.op.Unary;
import dev.tenon.op.UnaryKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Launches of tensors past 2^31 elements: sizes, strides and offsets arrive whole, and grids stay within what CUDA has. */
class LargeLaunchTest {
    private static final long LARGE = (1L << 31) + 7;

    private RecordingDriver driver;
    private CudaDevice backend;
    private Device device;
    private Scope scope;

    @BeforeEach
    void open() {
        driver = RecordingDriver.hopper(1, 1L << 44);
        backend = Simulation.open(driver, Configuration.DEFAULT).getFirst();
        device = Simulation.device(backend);
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
        device.synchronize();
        backend.close();
        driver.assertNothingIsLeft();
    }

    private SimulatedStream.Launch last() {
        return driver.launches.getLast();
    }

    /** A 64-bit field of a parameter. */
    private static long field(SimulatedStream.Launch launch, int parameter, int index) {
        return ByteBuffer.wrap(launch.values().get(parameter))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong(8 * index);
    }

    @Test
    void elementsPastTwoToTheThirtyOne() {
        try (Tensor in = Tensor.empty(device, DType.F32, LARGE);
                Tensor out = Tensor.empty(device, DType.F32, LARGE)) {
            device.execute(new Unary(UnaryKind.EXP, in, out));
            assertEquals((LARGE + 127) / 128, last().grid().x());
            assertEquals(LARGE, field(last(), 2, 1), "TnAxes.count");
        }
    }

    @Test
    void stridesAndOffsetsPastTwoToTheThirtyOne() {
        try (Tensor in = Tensor.empty(device, DType.U8, 3, LARGE);
                Tensor out = Tensor.empty(device, DType.U8, 2, 5)) {
            device.execute(new Copy(in.slice(0, 1, 3).slice(1, 2, 7), out));
            // TnAxes of two operands: rank, count, size[8], base[2], stride[2][8].
            assertEquals(2, field(last(), 2, 0));
            assertEquals(10, field(last(), 2, 1));
            assertEquals(LARGE + 2, field(last(), 2, 10), "where the elements begin");
            assertEquals(LARGE, field(last(), 2, 12), "the stride of the first axis");
            assertEquals(1, field(last(), 2, 13));
        }
    }

    @Test
    void aProductWithMoreTilesThanAnAxisHasBlocks() {
        long rows = 64L * 70_000;
        try (Tensor a = Tensor.empty(device, DType.F32, rows, 8);
                Tensor b = Tensor.empty(device, DType.F32, 8, 65);
                Tensor out = Tensor.empty(device, DType.F32, rows, 65)) {
            device.execute(new Matmul(a, b, Epilogue.NONE, out));
            assertEquals(2 * 70_000, last().grid().x());
            assertEquals(1, last().grid().y());
        }
    }

    @Test
    void aBatchLargerThanAnAxisHasBlocks() {
        long batch = 70_000;
        try (Tensor a = Tensor.empty(device, DType.F32, batch, 20, 8);
                Tensor b = Tensor.empty(device, DType.F32, batch, 8, 3);
                Tensor out = Tensor.empty(device, DType.F32, batch, 20, 3)) {
            device.execute(new Matmul(a, b, Epilogue.NONE, out));
            assertEquals(batch, last().grid().x());
        }
    }

    private void assertTooLarge(Op op, long blocks) {
        String reason = "it comes to " + blocks + " blocks; a grid has 2147483647 at most";
        assertEquals(Optional.of(reason), device.whyUnsupported(op));
        UnsupportedOpException error = assertThrows(UnsupportedOpException.class, () -> device.execute(op));
        assertTrue(error.getMessage().contains(reason), error.getMessage());
    }

    /** Found before anything is launched, where a block has a row. */
    @Test
    void moreRowsThanThereAreBlocksIsNotSupported() {
        Tensor in = Tensor.empty(device, DType.F32, LARGE, 2);
        Tensor out = Tensor.empty(device, DType.F32, LARGE, 2);
        Tensor of = Tensor.empty(device, DType.F32, LARGE, 1);
        Tensor index = Tensor.empty(device, DType.I64, LARGE, 1);
        Tensor weight = Tensor.empty(device, DType.F32, 2);
        int before = driver.launches.size();
        assertTooLarge(new Softmax(false, in, out), LARGE);
        assertTooLarge(new RmsNorm(in, null, weight, 0, 1e-5f, out, null, null), LARGE);
        assertTooLarge(new LayerNorm(in, weight, weight, 1e-5f, out, null, null), LARGE);
        assertTooLarge(new TopK(in, of, index), LARGE);
        assertEquals(before, driver.launches.size());
        // As many rows as there are blocks.
        long most = Integer.MAX_VALUE;
        device.execute(new Softmax(false, in.slice(0, 0, most), out.slice(0, 0, most)));
        assertEquals(most, last().grid().x());
    }

    /** Rows that are one axis for a matrix product, off tensor cores, with as many tiles as there are blocks, and with more. */
    @Test
    void productsOfVeryManyRows() {
        long rows = 1L << 37;
        Tensor a = Tensor.empty(device, DType.F64, rows, 8);
        Tensor b = Tensor.empty(device, DType.F64, 8, 1);
        Tensor out = Tensor.empty(device, DType.F64, rows, 1);
        assertTooLarge(new Matmul(a, b, Epilogue.NONE, out), rows / 64);
        Tensor fewer = a.slice(0, 0, rows - 64);
        device.execute(new Matmul(fewer, b, Epilogue.NONE, out.slice(0, 0, rows - 64)));
        assertEquals(Integer.MAX_VALUE, last().grid().x());
    }

    /** A whole structure of a parameter. */
    private static List<Long> fields(SimulatedStream.Launch launch, int parameter) {
        ByteBuffer bytes = ByteBuffer.wrap(launch.values().get(parameter)).order(ByteOrder.LITTLE_ENDIAN);
        return LongStream.range(0, bytes.capacity() / 8)
                .mapToObj(i -> bytes.getLong((int) (8 * i)))
                .toList();
    }

    @Test
    void stridesOfProductsOnTensorCores() {
        long stride = LARGE + 1;
        Tensor a = Tensor.empty(device, DType.BF16, 300, stride).slice(1, stride - 64, stride);
        Tensor b = Tensor.empty(device, DType.BF16, 8, 64).transpose();
        Tensor wide = Tensor.empty(device, DType.BF16, 300, stride).slice(1, 16, 24);
        device.execute(new Matmul(a, b, Epilogue.NONE, wide));
        assertEquals("gemm_bf16_kk_64", driver.kernel(last()));
        // GemmShape: m, n, k; base, stride and batch stride of a, b, the output.
        assertEquals(
                List.of(300L, 8L, 64L, stride - 64, stride, 0L, 0L, 64L, 0L, 16L, stride),
                fields(last(), 5).subList(0, 11));
        Tensor weight = Tensor.empty(device, DType.Q8_0, 300, LARGE - 7 + 32)
                .slice(1, LARGE - 7 - 32, LARGE - 7 + 32)
                .transpose();
        device.execute(new Matmul(
                Tensor.empty(device, DType.BF16, 20, 64),
                weight,
                Epilogue.NONE,
                Tensor.empty(device, DType.BF16, 20, 300)));
        assertEquals("gemm_bf16_q8_0", driver.kernel(last()));
        assertEquals(
                List.of((LARGE - 7 - 32) / 32, (LARGE - 7 + 32) / 32),
                fields(last(), 5).subList(6, 8));
    }

    @Test
    void stridesOfTensorMaps() {
        long stride = (1L << 32) + 8;
        Tensor a = Tensor.empty(device, DType.BF16, 512, stride).slice(1, stride - 64, stride);
        Tensor b = Tensor.empty(device, DType.BF16, 8192, 64).transpose();
        device.execute(new Matmul(a, b, Epilogue.NONE, Tensor.empty(device, DType.BF16, 512, 8192)));
        assertEquals("gemm_hopper_pair_bf16_kk_128", driver.kernel(last()));
        byte[] map = last().values().getFirst();
        assertEquals(((CudaBuffer) a.buffer()).pointer() + 2 * (stride - 64), RecordedTensorMap.pointer(map));
        assertEquals(2 * (511 * stride + 64), RecordedTensorMap.bytes(map));
    }

    /** 2^40 bytes between rows are more than a tensor map holds, and no more than other kernels do. */
    @Test
    void stridesPastTensorMaps() {
        long stride = 1L << 39;
        Tensor a = Tensor.empty(device, DType.BF16, 9, stride).slice(1, 0, 64);
        Tensor b = Tensor.empty(device, DType.BF16, 1 << 15, 64).transpose();
        Tensor out = Tensor.empty(device, DType.BF16, 9, 1 << 15);
        device.execute(new Matmul(a, b, Epilogue.NONE, out));
        assertEquals("gemm_bf16_kk_128", driver.kernel(last()));
        assertEquals(List.of(0L, stride), fields(last(), 5).subList(3, 5));
    }

    @Test
    void stridesOfAttention() {
        Tensor all = Tensor.empty(device, DType.BF16, 1, 2, LARGE + 1, 64);
        Tensor part = all.slice(2, LARGE - 299, LARGE + 1);
        Tensor out = Tensor.empty(device, DType.BF16, 1, 2, 300, 64);
        AttentionParameters causal = AttentionParameters.causal(64);
        device.execute(new Attention(part, part, part, null, null, causal, out, null));
        assertEquals("attention_hopper_bf16_64", driver.kernel(last()));
        byte[] map = last().values().getFirst();
        assertEquals(((CudaBuffer) all.buffer()).pointer() + 2 * (LARGE - 299) * 64, RecordedTensorMap.pointer(map));
        assertEquals(2 * ((LARGE + 1) * 64 + 300 * 64), RecordedTensorMap.bytes(map));
        Tensor mask = Tensor.empty(device, DType.F32, 1, 1, 300, 300);
        device.execute(new Attention(part, part, part, mask, null, causal, out, null));
        assertEquals("attention_bf16_rows_64", driver.kernel(last()));
        long offset = (LARGE - 299) * 64;
        long head = (LARGE + 1) * 64;
        assertTrue(
                Collections.indexOfSubList(attentionShape(), List.of(offset, 2 * head, head, 64L)) > 0,
                attentionShape()::toString);
    }

    private List<Long> attentionShape() {
        for (int i = 0; i < last().values().size(); i++) {
            if (last().values().get(i).length > 128) {
                return fields(last(), i);
            }
        }
        throw new AssertionError("no structure");
    }
}
