package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Configuration;
import dev.tenon.Device;
import dev.tenon.conformance.BoundCase;
import dev.tenon.conformance.OpCase;
import dev.tenon.conformance.OpCases;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** With {@code -Dtenon.tiles=true} the conformance suite comes to every kernel for products on a device of an H100's size. */
class TileCasesTest {
    private static final String TILES = "tenon.tiles";
    private static final List<String> WEIGHTS = List.of("q8_0", "q4_0", "q4_1", "q5_0", "q5_1", "q4_k", "q5_k", "q6_k");

    private static List<OpCase> cases() {
        System.setProperty(TILES, "true");
        try {
            return OpCases.all().stream()
                    .filter(test -> test.name().startsWith("tiles "))
                    .toList();
        } finally {
            System.clearProperty(TILES);
        }
    }

    private static Set<String> kernels(RecordingDriver driver) {
        Set<String> kernels = new TreeSet<>();
        try (CudaDevice backend = Simulation.open(driver, Configuration.DEFAULT).getFirst()) {
            Device device = Simulation.device(backend);
            for (OpCase test : cases()) {
                driver.launches.clear();
                try (BoundCase bound = test.bind(device, 1)) {
                    device.execute(bound.op());
                    device.synchronize();
                }
                driver.launches.forEach(launch -> kernels.add(driver.kernel(launch)));
            }
        }
        driver.assertNothingIsLeft();
        return kernels;
    }

    private static Stream<String> names(String format, List<String> words) {
        return words.stream().map(format::formatted);
    }

    @Test
    void onHopper() {
        Set<String> expected = new TreeSet<>();
        for (String type : List.of("bf16", "f16")) {
            for (String tile : List.of("128", "256")) {
                List<String> letters = List.of("kk", "kn", "mn");
                names("gemm_hopper_" + type + "_%s_" + tile, letters).forEach(expected::add);
                names("gemm_hopper_pair_" + type + "_%s_" + tile, letters).forEach(expected::add);
            }
            names("gemm_mixed_hopper_" + type + "_%s", List.of("k", "n")).forEach(expected::add);
            names("gemm_" + type + "_f32_%s_128", List.of("kk", "kn")).forEach(expected::add);
            expected.add("gemm_" + type + "_mk_128");
        }
        names("gemm_tf32_%s_128", List.of("kk", "kn", "mk", "mn")).forEach(expected::add);
        for (String type : List.of("bf16", "f16", "f32")) {
            names("gemm_quant_hopper_" + type + "_%s", WEIGHTS).forEach(expected::add);
        }
        expected.add("left_planes");
        assertEquals(expected, kernels(RecordingDriver.hopper(1, Simulation.MEMORY)));
    }

    @Test
    void onAmpere() {
        Set<String> kernels = kernels(RecordingDriver.ampere(Simulation.MEMORY));
        for (String type : List.of("bf16", "f16", "tf32")) {
            names("gemm_" + type + "_%s_128", List.of("kk", "kn", "mk", "mn"))
                    .forEach(name -> assertTrue(kernels.contains(name), name));
        }
        for (String type : List.of("f32_bf16", "f32_f16", "bf16_f32", "f16_f32")) {
            names("gemm_" + type + "_%s_128", List.of("kk", "kn"))
                    .forEach(name -> assertTrue(kernels.contains(name), name));
        }
    }
}
