package dev.tenon.spi;

import dev.tenon.DType;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * A device's measured limits, with all its compute units at work.
 *
 * @param flops F32 multiply-adds, counted as two, a second
 * @param readBytes bytes read from memory a second, from buffers far larger than any cache
 * @param copyBytes bytes read and written, both counted, a second, when such a buffer is copied; empty where that is not measured
 * @param productFlops multiply-adds a second, counted as two, of matrix units, by the type of the operands that they multiply; types
 *     that are not in it are multiplied at {@code flops}
 */
public record DeviceLimits(double flops, double readBytes, OptionalDouble copyBytes, Map<DType, Double> productFlops) {
    public DeviceLimits {
        productFlops = Map.copyOf(productFlops);
    }

    /** Of a device without matrix units. */
    public DeviceLimits(double flops, double readBytes) {
        this(flops, readBytes, OptionalDouble.empty(), Map.of());
    }

    /** The rate at which a matrix product of operands of a type can be computed at most. */
    public double flops(DType type) {
        return productFlops.getOrDefault(type, flops);
    }
}
