package dev.tenon.cuda.op;

import dev.tenon.kernels.cuda.CudaPlan;
import dev.tenon.kernels.cuda.CudaTraits;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a device has for the kernels of {@link dev.tenon.kernels.cuda}, and what its driver takes.
 *
 * @param driver 1000 * major + 10 * minor of the CUDA version that the driver is for
 */
public record TensorCores(CudaTraits traits, int driver) {
    /** From 11.4 on a driver loads PTX 7.4, which the kernels for sm_80 are in. */
    private static final int OLDEST_DRIVER = 11040;
    /** From 12.0 on a driver loads PTX 8.0 and encodes tensor maps, which the kernels for sm_90a need. */
    private static final int OLDEST_DRIVER_FOR_HOPPER = 12000;

    /** The traits by which kernels are to be chosen; empty with a driver that loads none of them. */
    public Optional<CudaTraits> usable() {
        if (driver < OLDEST_DRIVER) {
            return Optional.empty();
        }
        return Optional.of(traits.isHopper() && driver < OLDEST_DRIVER_FOR_HOPPER ? asAmpere() : traits);
    }

    CudaPlan plan(Function<CudaTraits, CudaPlan> planner) {
        return usable().map(planner)
                .orElseGet(() -> new CudaPlan.Declined(
                        "the driver is for CUDA " + driver / 1000 + "." + driver % 1000 / 10 + ", 11.4 is needed"));
    }

    private CudaTraits asAmpere() {
        return new CudaTraits(8, 0, traits.multiprocessors(), traits.sharedBytes(), traits.tf32(), traits.clusters());
    }
}
