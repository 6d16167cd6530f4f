package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Graph;
import dev.tenon.Scope;
import dev.tenon.Stream;
import dev.tenon.Tensor;
import dev.tenon.cuda.blas.Blas;
import dev.tenon.cuda.blas.BlasLibrary;
import dev.tenon.cuda.blas.BlasUse;
import dev.tenon.op.Attention;
import dev.tenon.op.AttentionParameters;
import dev.tenon.op.Epilogue;
import dev.tenon.op.Matmul;
import dev.tenon.op.Op;
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

    /** One device, with cuBLAS. */
    static CudaDevice open(RecordingDriver driver, Blas blas, BlasUse use) {
        return open(driver, new BlasLibrary.Found(blas, use), Configuration.DEFAULT)
                .getFirst();
    }

    static List<CudaDevice> open(RecordingDriver driver, BlasLibrary blas, Configuration configuration) {
        Discovery found = CudaBackend.discover(() -> driver, version -> blas, configuration);
        return found.devices().stream().map(CudaDevice.class::cast).toList();
    }

    static Device device(CudaDevice backend) {
        return new Device(backend, Configuration.DEFAULT);
    }

    /** Copies both ways, operators of one and several launches, graphs, a second stream, events, tensor cores, trimming. */
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
            Tensor product = Tensor.empty(device, DType.BF16, 66, 9, 8);
            Tensor left = Tensor.empty(device, DType.BF16, 66, 9, 8);
            Tensor right = Tensor.empty(device, DType.BF16, 66, 8, 8);
            Tensor keys = Tensor.empty(device, DType.BF16, 1, 1, 512, 64);
            Tensor query = Tensor.empty(device, DType.BF16, 1, 1, 1, 64);
            Tensor attended = Tensor.empty(device, DType.BF16, 1, 1, 1, 64);
            List<Op> onTensorCores = List.of(
                    new Matmul(left, right, Epilogue.NONE, product),
                    new Attention(query, keys, keys, null, null, AttentionParameters.full(64), attended, null));
            onTensorCores.forEach(device::execute);
            try (Graph graph = device.capture(() -> onTensorCores.forEach(device::execute))) {
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
