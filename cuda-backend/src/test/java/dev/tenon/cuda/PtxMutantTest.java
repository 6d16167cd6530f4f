package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.conformance.CaseRunner;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.OpCases;
import dev.tenon.cuda.ptx.PtxError;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PTX with one kind of instruction changed must not pass: what the interpreter runs is what is asked for. */
class PtxMutantTest {
    private static final KernelRun PAIRED = KernelRun.product(
            true, 3, false, DType.BF16, DType.BF16, "kn", new long[] {136, 136, 72}, "gemm_hopper_pair_bf16_kn_128");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    Binary ADD F32 [1001] and [1001] CONTIGUOUS | add.rn.f32 | sub.rn.f32
                    Binary ADD F32 [4098] and [4098] CONTIGUOUS | %ntid.x | %nctaid.x
                    Unary ABS F32 [207] CONTIGUOUS to CONTIGUOUS | setp.ge.s64 | setp.lt.s64
                    Softmax F32 [3, 4098] CONTIGUOUS | shfl.sync.bfly | shfl.sync.up
                    Softmax F32 [3, 4098] CONTIGUOUS | bar.sync 0; | ;
                    Cast F32 to BF16 content 0 [1001] CONTIGUOUS | cvt.rn.bf16.f32 | cvt.rz.bf16.f32
                    Dequantize Q4_0 to F32 [3, 128] CONTIGUOUS to CONTIGUOUS | cvt.f32.f16 | cvt.f32.bf16
                    Matmul BF16 x BF16 to BF16 64x64x64 CONTIGUOUS TRANSPOSED to CONTIGUOUS | m8n8.x4.shared | m8n8.x4.trans.shared
                    Matmul BF16 x BF16 to BF16 64x64x64 CONTIGUOUS TRANSPOSED to CONTIGUOUS | cp.async.wait_group 2 | cp.async.wait_group 3
                    Matmul BF16 x BF16 to BF16 64x64x64 CONTIGUOUS TRANSPOSED to CONTIGUOUS | .f32.bf16.bf16.f32 | .f32.f16.f16.f32
                    """)
    void isFound(String name, String from, String to) {
        OpCase test = OpCases.all().stream()
                .filter(c -> c.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no case " + name));
        assertEquals(Optional.empty(), run(test, new PtxExecution()));
        PtxExecution changed = new PtxExecution(ptx -> change(ptx, from, to));
        Optional<String> problem = run(test, changed);
        assertTrue(changed.changed(), "no " + from);
        assertNotEquals(Optional.empty(), problem);
    }

    /** Of blocks in clusters. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    barrier.cluster.arrive.release; | ;
                    %cluster_ctarank | %ctaid.y
                    mapa.shared::cluster.u32 | add.u32
                    mbarrier.arrive.shared::cluster.b64 _, | mbarrier.arrive.shared::cta.b64 _,
                    """)
    void isFoundInClusters(String from, String to) {
        assertEquals(Optional.empty(), run(inPairs(), PAIRED.test(), new PtxExecution()));
        PtxExecution changed = new PtxExecution(ptx -> change(ptx, from, to));
        Optional<String> problem = run(inPairs(), PAIRED.test(), changed);
        assertTrue(changed.changed(), "no " + from);
        assertNotEquals(Optional.empty(), problem);
    }

    private static RecordingDriver inPairs() {
        RecordingDriver driver = RecordingDriver.hopper(1, Simulation.MEMORY);
        driver.multiprocessors = PAIRED.multiprocessors();
        return driver;
    }

    /** Blanks between an opcode and its operands are tabs or blanks in the text. */
    private static String change(String ptx, String from, String to) {
        return ptx.replace('\t', ' ').replaceAll(" +", " ").replace(from, to);
    }

    private static Optional<String> run(OpCase test, PtxExecution execution) {
        return run(RecordingDriver.ampere(Simulation.MEMORY), test, execution);
    }

    private static Optional<String> run(RecordingDriver driver, OpCase test, PtxExecution execution) {
        driver.execution = execution;
        CudaDevice backend = Simulation.open(driver, Configuration.DEFAULT).getFirst();
        Device device = Simulation.device(backend);
        try {
            return CaseRunner.run(test, device, 1);
        } catch (PtxError e) {
            return Optional.of(e.getMessage());
        }
    }
}
