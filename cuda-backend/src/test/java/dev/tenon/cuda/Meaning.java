package dev.tenon.cuda;

import java.util.List;

/** What a kernel does on a {@link RecordingDriver}, when a stream comes to it. */
@FunctionalInterface
interface Meaning {
    /** @param values of the kernel's parameters */
    void run(SimulatedDevice device, List<byte[]> values);
}
