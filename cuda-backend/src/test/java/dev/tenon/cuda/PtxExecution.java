package dev.tenon.cuda;

import dev.tenon.cuda.ptx.GlobalMemory;
import dev.tenon.cuda.ptx.LaunchShape;
import dev.tenon.cuda.ptx.PtxModule;
import dev.tenon.cuda.ptx.Region;
import dev.tenon.cuda.ptx.TensorBox;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Runs the kernels that a {@link RecordingDriver} is given, on its devices' memory. */
final class PtxExecution {
    private final Map<String, PtxModule> modules = new HashMap<>();
    private final UnaryOperator<String> edit;
    private boolean changed;
    private boolean backwards;

    PtxExecution() {
        this(UnaryOperator.identity());
    }

    /** @param edit changes the texts of modules before they are run */
    PtxExecution(UnaryOperator<String> edit) {
        this.edit = edit;
    }

    /** Whether a text that was run is another than the backend gave. */
    boolean changed() {
        return changed;
    }

    /** One launch. Every second goes from the last block and warp to the first: they are in no order. */
    void run(SimulatedDevice device, String ptx, String kernel, Driver.Grid grid, List<byte[]> values) {
        PtxModule module = modules.computeIfAbsent(ptx, text -> {
            String edited = edit.apply(text);
            changed |= !edited.equals(text);
            return PtxModule.read(edited);
        });
        LaunchShape shape = new LaunchShape(
                grid.x(), grid.y(), grid.z(), grid.threadsX(), grid.threadsY(), grid.threadsZ(), grid.sharedBytes());
        module.run(kernel, shape, values, new Memory(device), backwards);
        backwards = !backwards;
    }

    private record Memory(SimulatedDevice device) implements GlobalMemory {
        @Override
        public @Nullable Region at(long address) {
            SimulatedDevice.Block block = device.at(address);
            if (block == null || !block.allocated || block.freed) {
                return null;
            }
            if (block.content == null) {
                throw new AssertionError("memory of " + block.bytes + " bytes, too much to be kept");
            }
            return new Region(block.address, block.content);
        }

        @Override
        public TensorBox tensorMap(byte[] map) {
            return RecordedTensorMap.read(map);
        }
    }
}
