package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Tensor;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.op.Copy;
import dev.tenon.op.Epilogue;
import dev.tenon.op.Matmul;
import dev.tenon.op.Softmax;
import dev.tenon.op.Unary;
import dev.tenon.op.UnaryKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Launches of tensors past 2^31 elements: sizes, strides and offsets arrive whole, and grids stay within what CUDA has. */
class LargeLaunchTest {
    private static final long LARGE = (1L << 31) + 7;

    private RecordingDriver driver;
    private CudaDevice backend;
    private Device device;

    @BeforeEach
    void open() {
        driver = RecordingDriver.hopper(1, 1L << 44);
        backend = Simulation.open(driver, Configuration.DEFAULT).getFirst();
        device = Simulation.device(backend);
    }

    @AfterEach
    void close() {
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

    @Test
    void moreRowsThanThereAreBlocksIsAnError() {
        try (Tensor in = Tensor.empty(device, DType.F32, LARGE, 1);
                Tensor out = Tensor.empty(device, DType.F32, LARGE, 1)) {
            InvalidArgumentException error =
                    assertThrows(InvalidArgumentException.class, () -> device.execute(new Softmax(false, in, out)));
            assertEquals(
                    "kernel softmax: " + LARGE + " blocks along axis 0; CUDA has " + Integer.MAX_VALUE + " at most",
                    error.getMessage());
        }
    }
}
