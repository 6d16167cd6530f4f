package com.example.backend;

import dev.tenon.Device;
import dev.tenon.Graph;
import dev.tenon.Nn;
import dev.tenon.Scope;
import dev.tenon.Tenon;
import dev.tenon.Tensor;
import dev.tenon.error.UnsupportedOpException;
import dev.tenon.op.Activation;
import java.util.Arrays;

/** The exclusive or of two inputs, by a network of two layers on our device: at once, and as a captured graph. */
public final class Demo {
    private Demo() {}

    public static void main(String[] arguments) {
        Device device = Tenon.shared().device(ScalarBackend.NAME);
        System.out.println("device     = " + device);
        try (Scope scope = Scope.open()) {
            Tensor inputs = Tensor.of(device, new float[] {0, 0, 0, 1, 1, 0, 1, 1}, 4, 2);
            System.out.println("xor        = " + Arrays.toString(xor(inputs).toFloatArray()));

            Tensor[] result = new Tensor[1];
            try (Graph graph = device.capture(() -> result[0] = xor(inputs))) {
                graph.replay();
                System.out.println("from graph = " + Arrays.toString(result[0].toFloatArray()));
            }

            try {
                inputs.softmax(-1);
            } catch (UnsupportedOpException e) {
                System.out.println("softmax    : " + e.getMessage());
            }
        }
    }

    /** relu(a + b) - 2 relu(a + b - 1) for inputs [rows, 2]: a matmul with a fused bias and relu, a fill, a multiplication. */
    static Tensor xor(Tensor inputs) {
        Device device = inputs.device();
        Tensor weight = Tensor.of(device, new float[] {1, 1, 1, 1}, 2, 2);
        Tensor bias = Tensor.of(device, new float[] {0, -1}, 2);
        Tensor hidden = Nn.linear(inputs, weight, bias, Activation.RELU);
        return hidden.slice(1, 0, 1).add(hidden.slice(1, 1, 2).multiply(-2));
    }
}
