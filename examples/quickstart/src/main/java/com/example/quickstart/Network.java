package com.example.quickstart;

import dev.tenon.Device;
import dev.tenon.Nn;
import dev.tenon.Tensor;
import dev.tenon.models.gguf.GgufFile;
import dev.tenon.models.gguf.GgufWriter;
import dev.tenon.op.Activation;
import java.nio.file.Path;
import java.util.List;

/** Two linear layers with a ReLU between them. Weights are [outputs, inputs]. */
record Network(Tensor weight1, Tensor bias1, Tensor weight2, Tensor bias2) {
    private static final List<String> NAMES = List.of("layer1.weight", "layer1.bias", "layer2.weight", "layer2.bias");

    /** The exclusive or of two inputs, written by hand: relu(a + b) - 2 relu(a + b - 1). */
    static Network exclusiveOr(Device device) {
        return new Network(
                Tensor.of(device, new float[] {1, 1, 1, 1}, 2, 2),
                Tensor.of(device, new float[] {0, -1}, 2),
                Tensor.of(device, new float[] {1, -2}, 1, 2),
                Tensor.of(device, new float[] {0}, 1));
    }

    /** The weights of a model file, where they lie in the file: nothing is copied. */
    static Network read(Device device, GgufFile file) {
        return new Network(
                file.tensor(device, NAMES.get(0)),
                file.tensor(device, NAMES.get(1)),
                file.tensor(device, NAMES.get(2)),
                file.tensor(device, NAMES.get(3)));
    }

    void write(Path path) {
        GgufWriter writer = new GgufWriter().put("general.architecture", "two-layers");
        List<Tensor> tensors = List.of(weight1, bias1, weight2, bias2);
        for (int i = 0; i < tensors.size(); i++) {
            Tensor tensor = tensors.get(i);
            writer.tensor(NAMES.get(i), tensor.shape(), tensor.dtype(), tensor.segment().asSlice(0, tensor.dtype()
                    .bytes(tensor.shape().elements())));
        }
        writer.write(path);
    }

    /** [rows, inputs] to [rows, outputs]. */
    Tensor apply(Tensor in) {
        Tensor hidden = Nn.linear(in, weight1, bias1, Activation.RELU);
        return Nn.linear(hidden, weight2, bias2, Activation.NONE);
    }
}
