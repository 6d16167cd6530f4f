package com.example.quickstart;

import dev.tenon.Device;
import dev.tenon.Scope;
import dev.tenon.Tenon;
import dev.tenon.Tensor;
import dev.tenon.models.gguf.GgufFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Makes tensors, runs a two-layer network, writes it to a model file and runs it from there. */
public final class Quickstart {
    private Quickstart() {}

    /**
     * @param arguments a GGUF file to describe, if any
     */
    public static void main(String[] arguments) throws IOException {
        Device cpu = Tenon.shared().device("cpu");
        System.out.println("device: " + cpu);

        try (Scope scope = Scope.open()) {
            Tensor a = Tensor.of(cpu, new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
            System.out.println("a          = " + Arrays.toString(a.toFloatArray()) + ", " + a);
            System.out.println("a a^T      = " + Arrays.toString(a.matmul(a.transpose()).toFloatArray()));
            System.out.println("softmax(a) = " + Arrays.toString(a.softmax(-1).toFloatArray()));

            Tensor inputs = Tensor.of(cpu, new float[] {0, 0, 0, 1, 1, 0, 1, 1}, 4, 2);
            Network network = Network.exclusiveOr(cpu);
            System.out.println("xor        = " + Arrays.toString(network.apply(inputs).toFloatArray()));

            Path path = Files.createTempFile("quickstart", ".gguf");
            network.write(path);
            try (GgufFile file = GgufFile.open(path)) {
                Network same = Network.read(cpu, file);
                System.out.println("from file  = " + Arrays.toString(same.apply(inputs).toFloatArray()));
            }
            Files.delete(path);
        }

        for (String model : arguments) {
            describe(Path.of(model));
        }
    }

    private static void describe(Path path) {
        try (GgufFile file = GgufFile.open(path)) {
            System.out.println(file + ", " + file.metadata().string("general.architecture"));
            file.tensors().stream()
                    .limit(5)
                    .forEach(tensor -> System.out.println("  " + tensor.name() + " " + tensor.typeName() + tensor.shape()));
        }
    }
}
