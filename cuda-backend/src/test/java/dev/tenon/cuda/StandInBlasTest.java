package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Graph;
import dev.tenon.Scope;
import dev.tenon.Tensor;
import dev.tenon.op.Activation;
import dev.tenon.op.Epilogue;
import dev.tenon.op.Matmul;
import dev.tenon.profile.Profile;
import dev.tenon.spi.Discovery;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real calls of cuBLAS and cuBLASLt, JCublas2's and Panama's, into libraries that stand in for them and compute F32: names, order
 * and kinds of arguments, and which library is found. In processes of their own. Needs a C compiler.
 */
class StandInBlasTest {
    private static final String LEFT = "left: 0 contexts, 0 blocks, 0 pinned; ";

    @TempDir
    Path folder;

    /** What the child processes do and print. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) {
            Discovery found = new CudaBackend().discover(Configuration.DEFAULT);
            found.reasons().forEach(reason -> System.out.println("reason: " + reason));
            CudaDevice backend = (CudaDevice) found.devices().getFirst();
            System.out.println(
                    "by " + backend.properties().details().getOrDefault("matrix products", "Tenon's own kernels"));
            try (Scope scope = Scope.open()) {
                Device device = Simulation.device(backend);
                Tensor a = Tensor.of(device, new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
                Tensor weight = Tensor.of(device, new float[] {1, 0, 2, -9, 1, -1}, 2, 3);
                Tensor out = Tensor.zeros(device, DType.F32, 2, 2);
                Tensor bias = Tensor.of(device, new float[] {10, 20}, 2);
                run(device, new Matmul(a, weight.transpose(), Epilogue.NONE, out));
                run(device, new Matmul(a, weight.transpose(), new Epilogue(2, null, Activation.NONE, out), out));
                run(device, new Matmul(a, weight.transpose(), new Epilogue(1, bias, Activation.RELU, null), out));
                Tensor other = Tensor.of(device, new float[] {100, 200, 300, 400}, 2, 2);
                run(device, new Matmul(a, weight.transpose(), new Epilogue(1, bias, Activation.NONE, other), out));
                Tensor batched = Tensor.zeros(device, DType.F32, 2, 2, 2);
                Tensor left = Tensor.of(device, new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 2, 2, 2);
                run(device, new Matmul(left, left.transpose(), Epilogue.NONE, batched));
                Tensor wide = Tensor.zeros(device, DType.F64, 3, 3);
                device.execute(new Matmul(wide, wide, Epilogue.NONE, wide.copy()));
                Tensor half = Tensor.zeros(device, DType.BF16, 32, 32);
                device.execute(new Matmul(half, half, new Epilogue(1, null, Activation.RELU, null), half.copy()));
            }
            backend.close();
        }

        /** At once and as a graph. */
        private static void run(Device device, Matmul op) {
            try (Profile profile = Profile.start()) {
                device.execute(op);
                String operands = profile.spans().getLast().operands();
                System.out.println(
                        Arrays.toString(op.out().toFloatArray()) + operands.substring(operands.lastIndexOf(" by ")));
            }
            try (Graph graph = device.capture(() -> device.execute(op))) {
                graph.replay();
            }
        }
    }

    @BeforeEach
    void driver() throws Exception {
        StandIns.assumeLinux();
        StandIns.compile(folder, "libcuda.so.1", "libcuda.c");
    }

    /** Builds both libraries of a version, as NVIDIA's with versions of their symbols, which JCublas2 asks for. */
    private void library(Path to, int major, String... options) throws Exception {
        Path symbols = Files.writeString(folder.resolve("symbols"), "libcublas.so." + major + " { global: *; };\n");
        String[] all = Arrays.copyOf(options, options.length + 3);
        all[options.length] = "-DMAJOR=" + major;
        all[options.length + 1] = "-Wl,--version-script," + symbols;
        all[options.length + 2] = "-lm";
        StandIns.compile(to, "libcublas.so." + major, "libcublas.c", all);
        StandIns.compile(to, "libcublasLt.so." + major, "libcublas.c", "-DLT_PART", "-lm");
    }

    private List<String> run(int driver, String... options) throws Exception {
        return StandIns.run(Child.class, folder, Map.of("STAND_IN_DRIVER_VERSION", Integer.toString(driver)), options);
    }

    private static void assertProducts(List<String> lines, String name) {
        assertTrue(lines.contains("by " + name), lines.toString());
        String all = lines.toString();
        assertTrue(lines.contains("[7.0, -10.0, 16.0, -37.0] by cublasGemmEx of " + name), all);
        assertTrue(lines.contains("[21.0, -30.0, 48.0, -111.0] by cublasGemmEx of " + name), all);
        assertTrue(lines.contains("[17.0, 10.0, 26.0, 0.0] by cublasLtMatmul of " + name), all);
        assertTrue(lines.contains("[117.0, 210.0, 326.0, 383.0] by cublasLtMatmul of " + name), all);
        assertTrue(
                lines.contains(
                        "[5.0, 11.0, 11.0, 25.0, 61.0, 83.0, 83.0, 113.0] by cublasGemmStridedBatchedEx of " + name),
                all);
        assertTrue(lines.contains("cublas: 0 alive, 6 products"), all);
        assertTrue(lines.contains("cublasLt: 0 alive, 5 products"), all);
        assertTrue(lines.stream().anyMatch(line -> line.startsWith(LEFT)), all);
    }

    @Test
    void twelveByWayOfJCublas() throws Exception {
        library(folder, 12);
        assertProducts(run(12040, "-Dtenon.cublas=always"), "cuBLAS 12.6.4 (JCublas2)");
    }

    @Test
    void thirteenAndElevenByWayOfPanama() throws Exception {
        library(folder, 11);
        assertProducts(run(12040, "-Dtenon.cublas=always"), "cuBLAS 11.6.4 (Panama)");
        library(folder, 12, "-DWITHOUT_WORKSPACE");
        assertProducts(run(12040, "-Dtenon.cublas=always"), "cuBLAS 11.6.4 (Panama)");
        library(folder, 13);
        assertProducts(run(13000, "-Dtenon.cublas=always"), "cuBLAS 13.6.4 (Panama)");
    }

    @Test
    void aFileThatIsNamed() throws Exception {
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        library(elsewhere, 12);
        String file = "-Dtenon.cublas.library=" + elsewhere.resolve("libcublas.so.12");
        assertProducts(run(12040, "-Dtenon.cublas=always", file), "cuBLAS 12.6.4 (JCublas2)");
    }

    @Test
    void whatIsMissingIsAReason() throws Exception {
        assertReason("there is no libcublas.so.13, .12 or .11 on this machine", run(12040));
        assertReason(folder + "/none.so cannot be loaded", run(12040, "-Dtenon.cublas.library=" + folder + "/none.so"));
        library(folder, 13);
        assertReason("libcublas.so.13 needs a newer driver than one for CUDA 12.4", run(12040));
        assertReason(
                folder + "/libcublas.so.13 is version 13.6.4 and needs a newer driver than one for CUDA 12.4",
                run(12040, "-Dtenon.cublas.library=" + folder + "/libcublas.so.13"));
        assertReason("tenon.cublas=off", run(13000, "-Dtenon.cublas=off"));
        library(folder, 11, "-DWITHOUT_WORKSPACE");
        assertReason("libcublas.so.11 has no function cublasSetWorkspace_v2", run(12040));
        library(folder, 12, "-DWITHOUT_WORKSPACE");
        assertReason(
                "libcublas.so.12 has no function cublasSetWorkspace_v2; "
                        + "libcublas.so.11 has no function cublasSetWorkspace_v2",
                run(12040));
        library(folder, 14);
        assertReason(
                folder + "/libcublas.so.14 is version 14.6.4; 11, 12 and 13 are known",
                run(14000, "-Dtenon.cublas.library=" + folder + "/libcublas.so.14"));
    }

    private static void assertReason(String reason, List<String> lines) {
        assertTrue(
                lines.contains("reason: cuBLAS: " + reason + "; Tenon's own kernels multiply matrices"),
                lines.toString());
        assertTrue(lines.contains("by Tenon's own kernels"), lines.toString());
        assertEquals(1, lines.stream().filter(line -> line.startsWith(LEFT)).count(), lines.toString());
    }
}
