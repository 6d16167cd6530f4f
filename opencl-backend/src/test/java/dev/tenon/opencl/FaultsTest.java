package dev.tenon.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Tensor;
import dev.tenon.TensorSpec;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.error.NativeCallException;
import dev.tenon.error.OutOfDeviceMemoryException;
import dev.tenon.error.UnsupportedOpException;
import dev.tenon.op.Cost;
import dev.tenon.op.CustomImplementation;
import dev.tenon.op.CustomImplementation.KernelLaunch;
import dev.tenon.op.CustomImplementation.KernelSource;
import dev.tenon.op.CustomKernel;
import dev.tenon.op.CustomOp;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A fault is a typed error, after which the device goes on to work. */
class FaultsTest {
    private static final String COPY =
            "__kernel void copy(__global const float *in, __global float *out) { out[get_global_id(0)] = in[get_global_id(0)]; }";
    private static final long N = 64;

    private OpenClDevice backend;
    private Device device;
    private Tensor in;
    private Tensor out;

    @BeforeEach
    void open() {
        backend = OpenDevices.first(Configuration.DEFAULT.withMemoryLimit(64 << 20));
        device = new Device(backend, Configuration.DEFAULT);
        in = Tensor.full(device, DType.F32, 3, N);
        out = Tensor.zeros(device, DType.F32, N);
    }

    @AfterEach
    void close() {
        if (device != null) {
            assertEquals(3.0 * N, in.sum().item(), "the device does not go on to work");
            backend.close();
        }
    }

    @Test
    void aKernelThatDoesNotBuildGivesTheLog() {
        NativeCallException error = assertThrows(
                NativeCallException.class,
                () -> run("__kernel void copy(__global float *a) { a[0] = nowhere; }", "copy", 64, List.of(in)));
        assertEquals("clBuildProgram", error.function());
        assertEquals("CL_BUILD_PROGRAM_FAILURE", error.codeName());
        assertTrue(error.log().contains("nowhere"), error.log());
    }

    @Test
    void aKernelOfAnotherNameIsAnError() {
        NativeCallException error =
                assertThrows(NativeCallException.class, () -> run(COPY, "other", 64, List.of(in, out)));
        assertEquals("CL_INVALID_KERNEL_NAME", error.codeName());
        assertTrue(error.getMessage().contains("other"), error.getMessage());
    }

    @Test
    void argumentsAreChecked() {
        assertThrows(InvalidArgumentException.class, () -> run(COPY, "copy", 64, List.of(in)));
        assertThrows(InvalidArgumentException.class, () -> run(COPY, "copy", 64, List.of(in, "text")));
        assertThrows(NativeCallException.class, () -> run(COPY, "copy", 64, List.of(in, 7)));
        try (Tensor other = Tensor.zeros(device, DType.F32, N)) {
            assertThrows(InvalidArgumentException.class, () -> run(COPY, "copy", 64, List.of(in, other)));
        }
        run(COPY, "copy", 64, List.of(in, out));
        assertEquals(3.0 * N, out.sum().item());
    }

    @Test
    void aWorkGroupTooLargeIsAnError() {
        int largest = backend.info().traits().largestGroup();
        InvalidArgumentException error =
                assertThrows(InvalidArgumentException.class, () -> run(COPY, "copy", 2L * largest, List.of(in, out)));
        assertTrue(error.getMessage().contains(Integer.toString(largest)), error.getMessage());
        assertThrows(InvalidArgumentException.class, () -> run(COPY, "copy", 48, List.of(in, out)));
    }

    /** One that the kernel itself does not allow: the driver's answer. */
    @Test
    void aWorkGroupThatTheKernelForbidsIsAnError() {
        String source = COPY.replace("__kernel void", "__kernel __attribute__((reqd_work_group_size(16, 1, 1))) void");
        NativeCallException error =
                assertThrows(NativeCallException.class, () -> run(source, "copy", 32, List.of(in, out)));
        assertEquals("clEnqueueNDRangeKernel", error.function());
        assertEquals("CL_INVALID_WORK_GROUP_SIZE", error.codeName());
        run(source, "copy", 16, List.of(in, out));
        assertEquals(3.0 * N, out.sum().item());
    }

    @Test
    void memoryThatIsSpentIsAnError() {
        List<Tensor> held = new ArrayList<>();
        OutOfDeviceMemoryException error = assertThrows(OutOfDeviceMemoryException.class, () -> {
            while (true) {
                held.add(Tensor.full(device, DType.U8, 1, 8 << 20));
            }
        });
        assertEquals(8 << 20, error.asked());
        assertTrue(held.size() >= 6, "held " + held.size());
        held.forEach(Tensor::close);
        try (Tensor again = Tensor.full(device, DType.U8, 1, 8 << 20)) {
            assertEquals(1, again.toByteArray()[123]);
        }
    }

    @Test
    void anImplementationOfAnotherKindIsNotRun() {
        Copy kernel = new Copy((CustomImplementation.HostMethod) (inputs, outputs) -> {});
        assertThrows(
                UnsupportedOpException.class, () -> device.execute(new CustomOp(kernel, List.of(in), List.of(out))));
    }

    private void run(String source, String name, long group, List<Object> arguments) {
        KernelSource kernel = new KernelSource(
                source,
                name,
                (inputs, outputs) ->
                        new KernelLaunch(List.of(N / group * group == 0 ? group : N), List.of(group), arguments));
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
