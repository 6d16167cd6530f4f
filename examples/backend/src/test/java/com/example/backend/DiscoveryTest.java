package com.example.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenon.Configuration;
import dev.tenon.Device;
import dev.tenon.Scope;
import dev.tenon.Tenon;
import dev.tenon.Tensor;
import org.junit.jupiter.api.Test;

/** Run twice, on the module path and on the class path: the pom says how, and in which module we must find ourselves. */
class DiscoveryTest {
    @Test
    void theServiceIsFound() {
        assertEquals(
                System.getProperty("example.module"),
                ScalarBackend.class.getModule().getName());
        try (Tenon tenon = Tenon.open(Configuration.DEFAULT);
                Scope scope = Scope.open()) {
            Device device = tenon.device("scalar");
            Tensor inputs = Tensor.of(device, new float[] {0, 0, 0, 1, 1, 0, 1, 1}, 4, 2);
            assertArrayEquals(new float[] {0, 1, 1, 0}, Demo.xor(inputs).toFloatArray());
        }
    }
}
