package dev.tenon.opencl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Graph;
import dev.tenon.Scope;
import dev.tenon.Tensor;
import dev.tenon.op.BinaryKind;
import dev.tenon.op.Reduce;
import dev.tenon.op.ReduceKind;
import dev.tenon.op.Unary;
import dev.tenon.op.UnaryKind;
import dev.tenon.profile.Profile;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Graphs in command buffers, and launch by launch: the same bits, and nothing left of either. */
class CommandBuffersTest {
    @AfterEach
    void clear() {
        System.clearProperty(CommandBuffers.PROPERTY);
    }

    private static OpenClDevice device(String choice) {
        System.setProperty(CommandBuffers.PROPERTY, choice);
        return OpenDevices.first(Configuration.DEFAULT);
    }

    @Test
    void theChoiceAndItsReasonAreVisible() {
        for (String choice : List.of("auto", "on", "off")) {
            try (OpenClDevice backend = device(choice)) {
                String reason = String.valueOf(backend.properties().details().get("command buffers"));
                assertEquals(backend.commandBuffers() != null, reason.startsWith("yes: "), reason);
                if (choice.equals("off")) {
                    assertNull(backend.commandBuffers());
                    assertTrue(reason.startsWith("no: "), reason);
                }
                if (!backend.info().commandBuffers()) {
                    assertEquals("no: it has no cl_khr_command_buffer", reason);
                }
            }
        }
    }

    @Test
    void bothWaysGiveTheSameBits() {
        float[][] expected = run("off");
        float[][] found = run("on");
        assertEquals(expected.length, found.length);
        for (int i = 0; i < expected.length; i++) {
            assertArrayEquals(expected[i], found[i], "replay " + i);
        }
    }

    /** Replays without a wait between them, each working on what the one before it left; eager work in between. */
    private static float[][] run(String choice) {
        OpenClDevice backend = device(choice);
        float[][] results = new float[6][];
        try (backend) {
            if (choice.equals("on")) {
                if (!backend.info().commandBuffers()) {
                    Assumptions.abort("it has no cl_khr_command_buffer");
                }
                assertNotNull(
                        backend.commandBuffers(), backend.properties().details().get("command buffers"));
            }
            Device device = new Device(backend, Configuration.DEFAULT);
            try (Scope scope = Scope.open()) {
                Tensor state = Tensor.full(device, DType.F32, 0.01, 64, 64);
                Tensor weights = Tensor.full(device, DType.F32, 0.02, 64, 64);
                Tensor product = Tensor.full(device, DType.F32, 0.03, 64, 64);
                Tensor sum = Tensor.empty(device, DType.F32, 64, 1);
                Tensor none = Tensor.empty(device, DType.F32, 0);
                try (Graph graph = device.capture(() -> {
                    for (int i = 0; i < 5; i++) {
                        device.execute(new Unary(UnaryKind.TANH, state, state));
                        product.binary(BinaryKind.ADD, weights, product);
                        device.execute(new Unary(UnaryKind.EXP, none, none));
                        Tensor next = state.matmul(product);
                        state.binary(BinaryKind.ADD, next, state);
                    }
                    device.execute(new Reduce(ReduceKind.SUM, state, List.of(1), sum));
                })) {
                    product.binary(BinaryKind.MULTIPLY, weights, product);
                    for (int i = 0; i < results.length; i++) {
                        device.execute(new Unary(UnaryKind.NEGATE, weights, weights));
                        graph.replay();
                        graph.replay();
                        graph.replay();
                        if (i == 3) {
                            try (Profile profile = Profile.start()) {
                                graph.replay();
                                assertEquals(26, profile.spans().size());
                            }
                        } else {
                            graph.replay();
                        }
                        results[i] = sum.toFloatArray();
                    }
                }
            }
        }
        assertEquals(0, backend.handles());
        return results;
    }
}
