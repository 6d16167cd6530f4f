package com.example.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Scope;
import dev.tenon.Tensor;
import dev.tenon.error.DeviceException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the suite cannot provoke from outside: failing work, and memory that is short for a moment only. */
class ScalarDeviceTest {
    @Test
    void aFailureIsThrownByTheNextCallAndOnce() {
        try (ScalarDevice backend = new ScalarDevice(Configuration.DEFAULT);
                ScalarStream stream = (ScalarStream) backend.openStream()) {
            RuntimeException broken = new IllegalStateException("broken");
            stream.submit(List.of(), () -> {
                throw broken;
            });
            DeviceException failure = assertThrows(DeviceException.class, stream::synchronize);
            assertEquals(broken, failure.getCause());
            stream.synchronize();
        }
    }

    /** 2 MiB go through a device of 256 KiB, faster than it works. */
    @Test
    void memoryOfQueuedWorkIsWaitedFor() {
        try (ScalarDevice backend = new ScalarDevice(Configuration.DEFAULT.withMemoryLimit(1 << 18));
                Scope outer = Scope.open()) {
            Device device = new Device(backend, Configuration.DEFAULT);
            Tensor sum = Tensor.zeros(device, DType.F32, 1);
            for (int i = 0; i < 64; i++) {
                try (Scope inner = Scope.open()) {
                    Tensor ones = Tensor.full(device, DType.F32, 1, 1 << 13);
                    sum = inner.keep(sum.add(ones.slice(0, 0, 1)));
                }
            }
            assertArrayEquals(new float[] {64}, sum.toFloatArray());
        }
    }
}
