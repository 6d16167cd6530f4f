package dev.tenon.cuda.op;

import dev.tenon.kernels.cuda.BlasGemm;
import dev.tenon.kernels.cuda.CudaArgument;
import dev.tenon.kernels.cuda.CudaLaunch;
import dev.tenon.kernels.plan.Launch;
import dev.tenon.spi.DeviceBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One of the things that operators come to on a stream, in their order. */
public sealed interface Step {
    /** The memory that it reads or writes. */
    List<DeviceBuffer> buffers();

    /** A portable kernel, or a user's own; there is something to run. */
    record Portable(Launch launch) implements Step {
        @Override
        public List<DeviceBuffer> buffers() {
            return launch.buffers();
        }
    }

    /**
     * A kernel for tensor cores.
     *
     * @param scratch the memory that its {@link CudaArgument.Scratch} arguments number
     */
    record TensorCore(CudaLaunch launch, List<DeviceBuffer> scratch) implements Step {
        @Override
        public List<DeviceBuffer> buffers() {
            List<DeviceBuffer> buffers = new ArrayList<>(launch.arguments().size());
            for (CudaArgument argument : launch.arguments()) {
                switch (argument) {
                    case CudaArgument.Memory memory -> buffers.add(memory.buffer());
                    case CudaArgument.Scratch of -> buffers.add(scratch.get(of.index()));
                    case CudaArgument.Map map -> buffers.add(map.buffer());
                    case CudaArgument.ScratchMap of -> buffers.add(scratch.get(of.index()));
                    case CudaArgument.Value _, CudaArgument.Fields _ -> {}
                }
            }
            return buffers;
        }
    }

    /**
     * A matrix product by the library.
     *
     * @param workspace memory for the time that it runs; null where it needs none
     */
    record Library(BlasGemm gemm, @Nullable DeviceBuffer workspace) implements Step {
        @Override
        public List<DeviceBuffer> buffers() {
            List<DeviceBuffer> buffers = gemm.buffers();
            if (workspace != null) {
                buffers.add(workspace);
            }
            return buffers;
        }
    }

    /** Zeros in all of a buffer, each time that the steps are run. */
    record Zeros(DeviceBuffer buffer) implements Step {
        @Override
        public List<DeviceBuffer> buffers() {
            return List.of(buffer);
        }
    }
}
