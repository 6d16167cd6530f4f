package dev.tenon.spi;

import dev.tenon.comm.CommunicatorOptions;
import java.util.List;
import java.util.Optional;

/** A transport between devices of this process, found with {@code ServiceLoader}. */
public interface DeviceTransportProvider {
    /** The name to choose it by, for example {@code nccl}. */
    String name();

    /** Of those that can, the transport of the highest priority connects the devices. */
    int priority();

    /** Why it cannot connect these devices, in a sentence; empty if it can. */
    Optional<String> whyUnavailable(List<BackendDevice> devices);

    /** One connected end a rank. Tensors of rank r that are on {@code devices.get(r)} stay there. */
    List<Transport> connect(List<BackendDevice> devices, CommunicatorOptions options);
}
