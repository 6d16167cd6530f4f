package dev.tenon.spi;

import dev.tenon.DType;
import java.util.Map;
import java.util.Set;

/**
 * What a device is.
 *
 * @param name unique in the process: the backend's name, alone or with a number, for example {@code cpu} or {@code cuda:0}
 * @param backend the backend's name
 * @param description the hardware's own name
 * @param memoryBytes of memory the device can address
 * @param computeUnits cores, compute units or multiprocessors
 * @param host whether its buffers are host memory ({@link dev.tenon.memory.HostBuffer})
 * @param types the element types it computes with
 * @param details further facts to print, in order, for example the vector width
 */
public record DeviceProperties(
        String name,
        String backend,
        String description,
        long memoryBytes,
        int computeUnits,
        boolean host,
        Set<DType> types,
        Map<String, String> details) {}
