package dev.tenon.cuda;

import dev.tenon.DType;
import dev.tenon.cuda.blas.BlasLibrary;
import dev.tenon.cuda.op.TensorCores;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.kernels.cuda.CudaTraits;
import dev.tenon.kernels.plan.DeviceTraits;
import dev.tenon.kernels.tuning.DeviceKey;
import dev.tenon.spi.DeviceProperties;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A device's limits, asked once.
 *
 * @param index the driver's number for it
 * @param capability the compute capability, times 10: 90 for Hopper
 * @param reaches the driver's numbers of other devices whose memory it can be let reach
 * @param optInSharedBytes of shared memory that a block can have, if its kernel asks for more than 48 KiB
 */
record DeviceInfo(
        int index,
        String description,
        int driver,
        int capability,
        int multiprocessors,
        long memoryBytes,
        int optInSharedBytes,
        int l2Bytes,
        boolean hasPools,
        List<Integer> reaches) {
    /** The oldest that kernels are compiled for. */
    private static final int OLDEST = 80;
    /** Of shared memory that portable kernels declare at most: more must be asked for when a kernel is launched. */
    private static final int SHARED_BYTES = 48 << 10;

    private static final int LARGEST_BLOCK = 1024;
    private static final int WARP = 32;

    /** Whether products of F32 operands may round these to TF32; false if it is not set. */
    private static final String TF32 = "tenon.cuda.tf32";
    /** Whether blocks of Hopper's products may run in clusters; true if it is not set. */
    private static final String CLUSTERS = "tenon.cuda.clusters";

    private static final int MULTIPROCESSOR_COUNT = 16;
    private static final int L2_CACHE_SIZE = 38;
    private static final int COMPUTE_CAPABILITY_MAJOR = 75;
    private static final int COMPUTE_CAPABILITY_MINOR = 76;
    private static final int MAX_SHARED_MEMORY_PER_BLOCK_OPTIN = 97;
    private static final int MEMORY_POOLS_SUPPORTED = 115;

    /** @param count how many devices the driver lists */
    static DeviceInfo read(Driver driver, int index, int count) {
        return new DeviceInfo(
                index,
                driver.deviceName(index),
                driver.version(),
                10 * driver.attribute(index, COMPUTE_CAPABILITY_MAJOR)
                        + driver.attribute(index, COMPUTE_CAPABILITY_MINOR),
                driver.attribute(index, MULTIPROCESSOR_COUNT),
                driver.deviceMemory(index),
                driver.attribute(index, MAX_SHARED_MEMORY_PER_BLOCK_OPTIN),
                driver.attribute(index, L2_CACHE_SIZE),
                driver.attribute(index, MEMORY_POOLS_SUPPORTED) != 0,
                IntStream.range(0, count)
                        .filter(other -> other != index && driver.canReach(index, other))
                        .boxed()
                        .toList());
    }

    /** Why this backend cannot use the device. */
    Optional<String> problem() {
        if (capability < OLDEST) {
            return Optional.of("it has compute capability %d.%d, at least 8.0 is needed"
                    .formatted(capability / 10, capability % 10));
        }
        return hasPools ? Optional.empty() : Optional.of("its driver has no stream-ordered memory pools");
    }

    DeviceTraits traits() {
        return new DeviceTraits(
                        CudaBackend.NAME, false, true, multiprocessors, SHARED_BYTES, LARGEST_BLOCK, List.of(WARP))
                .compiledAhead();
    }

    private static boolean isTf32Allowed() {
        return isSet(TF32, false);
    }

    /**
     * What a system property says.
     *
     * @throws InvalidArgumentException for a value that is neither true nor false
     */
    private static boolean isSet(String property, boolean otherwise) {
        String value = System.getProperty(property, Boolean.toString(otherwise));
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new InvalidArgumentException(property + " is " + value + "; it can be true or false");
        };
    }

    private String productsOfF32() {
        CudaTraits traits = tensorCores().traits();
        if (traits.tf32()) {
            return "rounded to TF32 (-D" + TF32 + "=true)";
        }
        return traits.hasFastTf32() ? "to F32's precision, as three of TF32" : "in F32";
    }

    TensorCores tensorCores() {
        return new TensorCores(
                new CudaTraits(
                        capability / 10,
                        capability % 10,
                        multiprocessors,
                        optInSharedBytes,
                        isTf32Allowed(),
                        isSet(CLUSTERS, true)),
                driver);
    }

    DeviceKey tuningKey() {
        return new DeviceKey(CudaBackend.NAME, description, driverName());
    }

    private String driverName() {
        return "CUDA " + driver / 1000 + "." + driver % 1000 / 10;
    }

    /** @param tuning where its settings come from, in a line */
    DeviceProperties properties(int number, BlasLibrary blas, String tuning) {
        Map<String, String> details = new LinkedHashMap<>();
        details.put("compute capability", capability / 10 + "." + capability % 10);
        details.put("driver", driverName());
        details.put("shared memory", optInSharedBytes + " bytes a block");
        details.put("L2 cache", l2Bytes + " bytes");
        if (blas instanceof BlasLibrary.Found found) {
            details.put("matrix products", found.blas().description());
        }
        details.put("products of F32", productsOfF32());
        if (!isSet(CLUSTERS, true)) {
            details.put("clusters of blocks", "none (-D" + CLUSTERS + "=false)");
        }
        if (!reaches.isEmpty()) {
            details.put("direct copies from", "devices " + reaches + " of the driver");
        }
        details.put("tuning", tuning);
        return new DeviceProperties(
                CudaBackend.NAME + ":" + number,
                CudaBackend.NAME,
                description,
                memoryBytes,
                multiprocessors,
                false,
                EnumSet.allOf(DType.class),
                details);
    }
}
