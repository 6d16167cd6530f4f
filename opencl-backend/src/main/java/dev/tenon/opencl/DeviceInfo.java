package dev.tenon.opencl;

import dev.tenon.DType;
import dev.tenon.kernels.plan.DeviceTraits;
import dev.tenon.kernels.tuning.DeviceKey;
import dev.tenon.spi.DeviceProperties;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.lwjgl.opencl.CL10;
import org.lwjgl.opencl.CL11;
import org.lwjgl.opencl.CL12;
import org.lwjgl.opencl.CL30;

/**
 * A device's limits, asked once.
 *
 * @param version of OpenCL, times 100
 * @param cpu whether work items run on a CPU, where a group is a loop
 * @param fp64 whether it computes in double precision
 * @param exactDivision whether division and square root can be rounded correctly
 * @param subGroups sizes that a kernel's sub-groups can be told to have, or the one size that there is; empty where there are none
 * @param commandBuffers whether it has {@code cl_khr_command_buffer}
 * @param identity what a compiled program depends on besides its source
 */
record DeviceInfo(
        long platform,
        long device,
        String description,
        String platformName,
        String driver,
        int version,
        boolean cpu,
        boolean hostMemory,
        boolean fp64,
        boolean exactDivision,
        List<Integer> subGroups,
        boolean commandBuffers,
        int computeUnits,
        long memoryBytes,
        long largestAllocation,
        long localBytes,
        int largestGroup,
        String identity) {
    private static final int WANTED_VERSION = 102;
    private static final int OPENCL_3 = 300;
    /** Of cl_amd_device_attribute_query. */
    private static final int CL_DEVICE_WAVEFRONT_WIDTH_AMD = 0x4043;
    /** Of cl_intel_required_subgroup_size. */
    private static final int CL_DEVICE_SUB_GROUP_SIZES_INTEL = 0x4108;

    static DeviceInfo read(long platform, long device) {
        String name = OpenClNative.deviceText(device, CL10.CL_DEVICE_NAME);
        String version = OpenClNative.deviceText(device, CL10.CL_DEVICE_VERSION);
        String driver = OpenClNative.deviceText(device, CL10.CL_DRIVER_VERSION);
        String platformName = OpenClNative.platformText(platform, CL10.CL_PLATFORM_NAME);
        String platformVersion = OpenClNative.platformText(platform, CL10.CL_PLATFORM_VERSION);
        List<String> extensions = List.of(
                OpenClNative.deviceText(device, CL10.CL_DEVICE_EXTENSIONS).split(" "));
        long single = OpenClNative.deviceLong(device, CL10.CL_DEVICE_SINGLE_FP_CONFIG);
        return new DeviceInfo(
                platform,
                device,
                name,
                platformName,
                driver,
                number(version),
                (OpenClNative.deviceLong(device, CL10.CL_DEVICE_TYPE) & CL10.CL_DEVICE_TYPE_CPU) != 0,
                OpenClNative.isHostMemory(device),
                extensions.contains("cl_khr_fp64"),
                (single & CL12.CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT) != 0,
                subGroups(device, number(version), extensions),
                extensions.contains("cl_khr_command_buffer"),
                (int) OpenClNative.deviceLong(device, CL10.CL_DEVICE_MAX_COMPUTE_UNITS),
                OpenClNative.deviceLong(device, CL10.CL_DEVICE_GLOBAL_MEM_SIZE),
                OpenClNative.deviceLong(device, CL10.CL_DEVICE_MAX_MEM_ALLOC_SIZE),
                OpenClNative.deviceLong(device, CL10.CL_DEVICE_LOCAL_MEM_SIZE),
                (int) Math.min(1 << 20, OpenClNative.deviceLong(device, CL10.CL_DEVICE_MAX_WORK_GROUP_SIZE)),
                String.join("\n", platformName, platformVersion, name, version, driver));
    }

    /** From {@code OpenCL 1.2 and what follows} to 102. */
    private static int number(String version) {
        String[] parts = version.split("[ .]");
        return Integer.parseInt(parts[1]) * 100 + Integer.parseInt(parts[2]);
    }

    /** Where kernels cannot choose: of a device only OpenCL 3 tells, and AMD's drivers before; others of a kernel that is built. */
    private static List<Integer> subGroups(long device, int version, List<String> extensions) {
        if (!extensions.contains("cl_khr_subgroups")) {
            return List.of();
        }
        if (extensions.contains("cl_intel_required_subgroup_size")) {
            return OpenClNative.deviceSizes(device, CL_DEVICE_SUB_GROUP_SIZES_INTEL).stream()
                    .filter(size -> size > 1)
                    .sorted()
                    .toList();
        }
        if (version >= OPENCL_3) {
            return List.of((int) OpenClNative.deviceLong(device, CL30.CL_DEVICE_PREFERRED_WORK_GROUP_SIZE_MULTIPLE));
        }
        return extensions.contains("cl_amd_device_attribute_query")
                ? List.of((int) OpenClNative.deviceLong(device, CL_DEVICE_WAVEFRONT_WIDTH_AMD))
                : List.of();
    }

    /** The compiler's option for kernels that use sub-groups, which OpenCL C 1.2 has no words for. */
    String subGroupLanguage() {
        return version >= OPENCL_3 ? "-cl-std=CL3.0" : "-cl-std=CL2.0";
    }

    /** Why this backend cannot use the device. */
    Optional<String> problem() {
        if (version < WANTED_VERSION) {
            return Optional.of("it has OpenCL %d.%d, at least 1.2 is needed".formatted(version / 100, version % 100));
        }
        if (OpenClNative.deviceLong(device, CL10.CL_DEVICE_COMPILER_AVAILABLE) == 0) {
            return Optional.of("its driver has no compiler");
        }
        if (OpenClNative.deviceLong(device, CL10.CL_DEVICE_ENDIAN_LITTLE) == 0
                || ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            return Optional.of("it is not little-endian");
        }
        return Optional.empty();
    }

    DeviceTraits traits() {
        return new DeviceTraits(OpenClBackend.NAME, cpu, fp64, computeUnits, localBytes, largestGroup, subGroups);
    }

    DeviceKey tuningKey() {
        return new DeviceKey(OpenClBackend.NAME, description, driver);
    }

    Set<DType> types() {
        Set<DType> types = EnumSet.allOf(DType.class);
        if (!fp64) {
            types.remove(DType.F64);
        }
        return types;
    }

    /** Whether it is the host's processor behind PoCL. */
    boolean isPocl() {
        return platformName.equals("Portable Computing Language");
    }

    /**
     * @param graphs how captured graphs are replayed
     * @param tuning where its settings come from, in a line
     */
    DeviceProperties properties(int index, String graphs, String tuning) {
        Map<String, String> details = new LinkedHashMap<>();
        details.put("platform", platformName);
        details.put("version", OpenClNative.deviceText(device, CL10.CL_DEVICE_VERSION));
        details.put("compiler", OpenClNative.deviceText(device, CL11.CL_DEVICE_OPENCL_C_VERSION));
        details.put("driver", driver);
        details.put("largest buffer", largestAllocation + " bytes");
        details.put("local memory", localBytes + " bytes");
        details.put("double precision", fp64 ? "yes" : "no: it has no cl_khr_fp64");
        details.put("command buffers", graphs);
        details.put("sub-groups", subGroups.isEmpty() ? "no" : "of " + subGroups + " work items");
        details.put("tuning", tuning);
        return new DeviceProperties(
                OpenClBackend.NAME + ":" + index,
                OpenClBackend.NAME,
                description,
                memoryBytes,
                computeUnits,
                false,
                types(),
                details);
    }
}
