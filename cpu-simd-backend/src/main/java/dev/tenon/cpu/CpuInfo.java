package dev.tenon.cpu;

import dev.tenon.DType;
import dev.tenon.cpu.math.Lanes;
import dev.tenon.cpu.x86.MachineCode;
import dev.tenon.spi.DeviceProperties;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the processor is, as far as the system says. */
public final class CpuInfo {
    private static final Path LINUX = Path.of("/proc/cpuinfo");
    private static final Path LINUX_MEMORY = Path.of("/proc/meminfo");

    /** Instruction sets that kernels gain from, as Linux names them. */
    private static final List<String> NOTABLE = List.of(
            "avx",
            "avx2",
            "fma",
            "f16c",
            "avx512f",
            "avx512bw",
            "avx512vl",
            "avx512_vnni",
            "avx_vnni",
            "avx512_bf16",
            "avx512_fp16",
            "amx_tile",
            "amx_int8",
            "amx_bf16",
            "asimd",
            "asimdhp",
            "asimddp",
            "bf16",
            "i8mm",
            "sve");

    private CpuInfo() {}

    static DeviceProperties properties(long memory, int threads) {
        Map<String, String> details = new LinkedHashMap<>();
        details.put("architecture", System.getProperty("os.arch", "unknown"));
        details.put("threads", Integer.toString(threads));
        details.put("vector", Lanes.F32.vectorBitSize() + " bits, " + Lanes.COUNT + " F32 lanes");
        field("flags").or(() -> field("Features")).ifPresent(flags -> details.put("instructions", notable(flags)));
        details.put("kernels", MachineCode.description());
        Set<DType> types = EnumSet.allOf(DType.class);
        return new DeviceProperties(
                CpuBackend.NAME,
                CpuBackend.NAME,
                field("model name").orElse(System.getProperty("os.arch", "CPU")),
                memory,
                Runtime.getRuntime().availableProcessors(),
                true,
                types,
                details);
    }

    /** The machine's memory, or the container's where the JVM knows of one. */
    static long memoryBytes() {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system) {
            return system.getTotalMemorySize();
        }
        return line(LINUX_MEMORY, "MemTotal")
                .map(text -> Long.parseLong(text.replaceAll("\\D", "")) * 1024)
                .orElse(Runtime.getRuntime().maxMemory());
    }

    /** What the processor can do, as Linux names it; empty where that is not told. */
    public static Set<String> instructions() {
        return field("flags")
                .or(() -> field("Features"))
                .map(flags -> Set.of(flags.split(" ")))
                .orElse(Set.of());
    }

    private static String notable(String flags) {
        List<String> present = Arrays.asList(flags.split(" "));
        return NOTABLE.stream().filter(present::contains).collect(Collectors.joining(" "));
    }

    private static Optional<String> field(String name) {
        return line(LINUX, name);
    }

    private static Optional<String> line(Path file, String name) {
        if (!Files.isReadable(file)) {
            return Optional.empty();
        }
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(name))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst();
        } catch (IOException | java.io.UncheckedIOException e) {
            // Only a description is lost.
            return Optional.empty();
        }
    }
}
