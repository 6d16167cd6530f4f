package dev.tenon.spi;

import dev.tenon.DType;
import dev.tenon.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A transport that takes tensors where they are, in the memory of devices, as far as it says so; all others pass through host
 * memory and its {@link Transport} side.
 */
public interface DeviceTransport extends Transport {
    /** Whether it takes such a call's tensors on that device. Must be answered alike on all ranks. */
    boolean takes(Collective what, DType type, BackendDevice device);

    /**
     * Begins a call that it {@link #takes}, and returns as soon as the device will go on by itself. Collectives come in the same
     * order on all ranks, one at a time; messages to or from one rank too, from other threads meanwhile.
     *
     * @param in what is read; contiguous; may be closed already, its memory stays until the call has ended; null: nothing
     * @param out what is written; as {@code in}, and either the same memory or other
     * @param after points of the device's streams at which the tensors are ready
     * @return passed when this rank's part is done. {@link StreamEvent#synchronize} throws as calls of {@link Transport} do, also
     *     when ranks do not come in time; it is called once, in the order of the calls
     */
    StreamEvent start(Collective what, @Nullable Tensor in, @Nullable Tensor out, List<StreamEvent> after);
}
