package dev.tenon.models.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Scope;
import dev.tenon.Shape;
import dev.tenon.Tenon;
import dev.tenon.Tensor;
import dev.tenon.error.DTypeException;
import dev.tenon.error.MalformedFileException;
import dev.tenon.models.gguf.GgufFile;
import dev.tenon.models.gguf.GgufType;
import dev.tenon.models.gguf.GgufWriter;
import dev.tenon.models.safetensors.SafetensorsFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorSourceTest {
    private static final float[] VALUES = {1, 2, 3, 4, 5, -6.5f};

    @TempDir
    Path folder;

    @Test
    void onTheCpuATensorIsTheFilesOwnPages() {
        Path path = folder.resolve("model.gguf");
        new GgufWriter()
                .tensor("w", Shape.of(2, 3), DType.F32, MemorySegment.ofArray(VALUES))
                .tensor("lacking", Shape.of(256), GgufType.IQ2_S, channel -> channel.write(ByteBuffer.allocate(82)))
                .write(path);
        try (Tenon tenon = Tenon.open(Configuration.DEFAULT);
                GgufFile file = GgufFile.open(path);
                Scope scope = Scope.open()) {
            Device cpu = tenon.device("cpu");
            long used = cpu.memory().used();
            Tensor weights = file.tensor(cpu, "w");
            assertEquals(file.data("w").address(), weights.segment().address());
            assertEquals(used, cpu.memory().used());
            assertEquals(Shape.of(2, 3), weights.shape());
            assertArrayEquals(VALUES, weights.toFloatArray());
            assertThrows(DTypeException.class, () -> file.tensor(cpu, "lacking"));
            assertThrows(MalformedFileException.class, () -> file.tensor(cpu, "none"));
        }
    }

    /** Older writers pad the header to nothing: the data may start anywhere. */
    @Test
    void elementsThatTheFileMisalignsAreCopied() throws IOException {
        byte[] header =
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[0,24]}}".getBytes(StandardCharsets.UTF_8);
        assertEquals(1, header.length % 2, "the case needs an odd length");
        ByteBuffer bytes = ByteBuffer.allocate(8 + header.length + 24).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(header.length).put(header).asFloatBuffer().put(VALUES);
        Path path = Files.write(folder.resolve("odd.safetensors"), bytes.array());
        try (Tenon tenon = Tenon.open(Configuration.DEFAULT);
                SafetensorsFile file = SafetensorsFile.open(path);
                Scope scope = Scope.open()) {
            Tensor weights = file.tensor(tenon.device("cpu"), "w");
            assertEquals(0, weights.segment().address() % 64);
            assertArrayEquals(VALUES, weights.toFloatArray());
        }
    }
}
