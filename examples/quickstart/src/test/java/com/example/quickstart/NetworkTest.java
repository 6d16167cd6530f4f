package com.example.quickstart;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.tenon.Device;
import dev.tenon.Scope;
import dev.tenon.Tenon;
import dev.tenon.Tensor;
import dev.tenon.models.gguf.GgufFile;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkTest {
    private static final float[] EXPECTED = {0, 1, 1, 0};

    @Test
    void sameFromMemoryAndFromFile(@TempDir Path folder) {
        Device cpu = Tenon.shared().device("cpu");
        try (Scope scope = Scope.open()) {
            Tensor inputs = Tensor.of(cpu, new float[] {0, 0, 0, 1, 1, 0, 1, 1}, 4, 2);
            Network network = Network.exclusiveOr(cpu);
            assertArrayEquals(EXPECTED, network.apply(inputs).toFloatArray());

            Path path = folder.resolve("xor.gguf");
            network.write(path);
            try (GgufFile file = GgufFile.open(path)) {
                assertArrayEquals(
                        EXPECTED, Network.read(cpu, file).apply(inputs).toFloatArray());
            }
        }
    }
}
