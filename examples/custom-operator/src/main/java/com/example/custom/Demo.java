package com.example.custom;

import dev.tenon.Device;
import dev.tenon.Graph;
import dev.tenon.Scope;
import dev.tenon.Tenon;
import dev.tenon.Tensor;
import java.util.Arrays;

/** Runs an operator of our own like any other: at once, and in a captured graph. */
public final class Demo {
    private Demo() {}

    public static void main(String[] arguments) {
        Device cpu = Tenon.shared().device("cpu");
        try (Scope scope = Scope.open()) {
            Tensor prices = Tensor.of(cpu, new float[] {1, 1, 1, 1, 0, 8, 0, 0}, 2, 4);
            System.out.println("average    = " + Arrays.toString(ExponentialAverage.of(prices, 0.5f).toFloatArray()));

            Tensor[] smooth = new Tensor[1];
            try (Graph graph = cpu.capture(() -> smooth[0] = ExponentialAverage.of(prices.multiply(2), 0.5f))) {
                graph.replay();
                System.out.println("from graph = " + Arrays.toString(smooth[0].toFloatArray()));
            }
        }
    }
}
