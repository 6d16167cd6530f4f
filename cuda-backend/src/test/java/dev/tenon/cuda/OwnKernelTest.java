package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Tensor;
import dev.tenon.TensorSpec;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.error.NativeCallException;
import dev.tenon.error.UnsupportedOpException;
import dev.tenon.op.Cost;
import dev.tenon.op.CustomImplementation;
import dev.tenon.op.CustomImplementation.KernelLaunch;
import dev.tenon.op.CustomImplementation.KernelSource;
import dev.tenon.op.CustomKernel;
import dev.tenon.op.CustomOp;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A user's own kernel: as PTX everywhere, as CUDA C++ where the machine has NVRTC. */
class OwnKernelTest {
    private static final long N = 256;

    private static final String PTX = """
            // A comment may come first.
            .version 7.0
            .target sm_80
            .address_size 64
            .visible .entry copy(.param .u64 copy_param_0, .param .u64 copy_param_1, .param .u32 copy_param_2)
            {
                .reg .b64 %rd<5>;
                ld.param.u64 %rd1, [copy_param_0];
                ld.param.u64 %rd2, [copy_param_1];
                cvta.to.global.u64 %rd3, %rd1;
                cvta.to.global.u64 %rd4, %rd2;
                ret;
            }
            """;

    private static final String CUDA = """
            extern "C" __global__ void copy(const float *in, float *out, int n) {
                int i = blockIdx.x * blockDim.x + threadIdx.x;
                if (i < n) {
                    out[i] = in[i];
                }
            }
            """;

    private RecordingDriver driver;
    private CudaDevice backend;
    private Device device;
    private Tensor in;
    private Tensor out;

    @BeforeEach
    void open() {
        driver = RecordingDriver.hopper(1, Simulation.MEMORY);
        backend = Simulation.open(driver, Configuration.DEFAULT).getFirst();
        device = Simulation.device(backend);
        in = Tensor.zeros(device, DType.F32, N);
        out = Tensor.zeros(device, DType.F32, N);
    }

    @AfterEach
    void close() {
        in.close();
        out.close();
        device.synchronize();
        backend.close();
        driver.assertNothingIsLeft();
    }

    @Test
    void ptxRunsAsItIs() {
        run(PTX, "copy", 64);
        SimulatedStream.Launch launch = driver.launches.getLast();
        assertEquals(4, launch.grid().x());
        assertEquals(64, launch.grid().threadsX());
        assertEquals(
                ((CudaBuffer) in.buffer()).pointer(),
                LaunchValues.pointer(launch.values().get(0)));
        run(PTX, "copy", 64);
        assertEquals(2, driver.faults.calls().get("cuModuleLoadDataEx"), "fill's and this one's, once each");
    }

    @Test
    void whatIsWrongWithItIsTyped() {
        NativeCallException name = assertThrows(NativeCallException.class, () -> run(PTX, "other", 64));
        assertEquals("cuModuleGetFunction", name.function());
        NativeCallException text = assertThrows(NativeCallException.class, () -> run(".version 7.0\n", "copy", 64));
        assertEquals("CUDA_ERROR_INVALID_PTX", text.codeName());
        assertThrows(InvalidArgumentException.class, () -> run(PTX, "copy", 2048));
    }

    @Test
    void cudaNeedsNvrtc() {
        if (NvrtcNative.find().isEmpty()) {
            UnsupportedOpException error = assertThrows(UnsupportedOpException.class, () -> run(CUDA, "copy", 64));
            assertTrue(error.getMessage().contains("libnvrtc.so.13"), error.getMessage());
            return;
        }
        run(CUDA, "copy", 64);
        assertEquals(4, driver.launches.getLast().grid().x());
        NativeCallException error =
                assertThrows(NativeCallException.class, () -> run("void copy( { nowhere", "copy", 64));
        assertEquals("nvrtcCompileProgram", error.function());
        assertTrue(error.log().contains("kernel.cu"), error.log());
    }

    @Test
    void nvrtcMakesPtxThatAssembles() {
        NvrtcNative.find().ifPresent(nvrtc -> {
            String ptx = new String(nvrtc.compile(CUDA, "compute_90"), StandardCharsets.UTF_8);
            assertTrue(OwnSource.isPtx(ptx), ptx);
            assertEquals(3, PtxText.kernels(ptx).get("copy").parameters().size());
        });
        assertFalse(OwnSource.isPtx(CUDA));
        assertFalse(OwnSource.isPtx(""));
        assertTrue(OwnSource.isPtx(PTX));
    }

    private void run(String source, String name, long group) {
        KernelSource kernel = new KernelSource(
                source,
                name,
                (inputs, outputs) ->
                        new KernelLaunch(List.of(Math.max(N, group)), List.of(group), List.of(in, out, (int) N)));
        device.execute(new CustomOp(new Copy(kernel), List.of(in), List.of(out)));
        device.synchronize();
    }

    /** One vector to another. */
    private record Copy(CustomImplementation implementation) implements CustomKernel {
        @Override
        public String name() {
            return "copyVector";
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
            return new Cost(0, 8.0 * N);
        }

        @Override
        public Optional<CustomImplementation> implementation(String backend) {
            return Optional.of(implementation);
        }
    }
}
