package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Graph;
import dev.tenon.Scope;
import dev.tenon.Stream;
import dev.tenon.Tensor;
import dev.tenon.op.Unary;
import dev.tenon.op.UnaryKind;
import dev.tenon.spi.Discovery;
import dev.tenon.spi.StreamEvent;
import java.util.List;

/** Devices over a {@link RecordingDriver}, and work for them that uses every part of the backend. */
final class Simulation {
    static final long MEMORY = 80L << 30;

    private Simulation() {}

    static List<CudaDevice> open(RecordingDriver driver, Configuration configuration) {
        Discovery found = CudaBackend.discover(() -> driver, configuration);
        return found.devices().stream().map(CudaDevice.class::cast).toList();
    }

    static Device device(CudaDevice backend) {
        return new Device(backend, Configuration.DEFAULT);
    }

    /** Copies both ways, operators of one and several launches, a graph, a second stream, events, trimming. */
    static void work(CudaDevice backend) {
        Device device = device(backend);
        try (Scope scope = Scope.open()) {
            Tensor in = Tensor.of(device, new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
            assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, in.toFloatArray());
            Tensor out = Tensor.empty(device, DType.F32, 2, 3);
            device.execute(new Unary(UnaryKind.EXP, in, out));
            in.matmul(Tensor.zeros(device, DType.F32, 3, 70)).sum();
            Tensor.zeros(device, DType.F32, 4, 1 << 12).sum();
            try (Stream stream = device.openStream()) {
                stream.run(() -> device.execute(new Unary(UnaryKind.SQRT, out, out)));
                StreamEvent event = stream.record();
                stream.record();
                device.backend().defaultStream().waitFor(event);
                while (!event.isDone()) {
                    Thread.onSpinWait();
                }
            }
            try (Graph graph = device.capture(() -> {
                device.execute(new Unary(UnaryKind.EXP, in, out));
                device.execute(new Unary(UnaryKind.ABS, out, out));
            })) {
                graph.replay();
                graph.recapture(() -> {
                    device.execute(new Unary(UnaryKind.EXP, out, in));
                    device.execute(new Unary(UnaryKind.ABS, in, out));
                });
                graph.replay();
                graph.recapture(() -> device.execute(new Unary(UnaryKind.SQRT, in, out)));
                graph.replay();
            }
            device.backend()
                    .defaultStream()
                    .executeTimed(new Unary(UnaryKind.EXP, in, out))
                    .resolve();
            device.backend().defaultStream().executeTimed(new Unary(UnaryKind.EXP, in, out));
            device.synchronize();
            out.toFloatArray();
        }
        backend.trim();
    }
}
