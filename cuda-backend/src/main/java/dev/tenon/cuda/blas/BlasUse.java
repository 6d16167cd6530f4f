package dev.tenon.cuda.blas;

import dev.tenon.error.InvalidArgumentException;
import java.util.Locale;

/** When cuBLAS is used: the property {@code tenon.cublas}. */
public enum BlasUse {
    /** Never. */
    OFF,
    /** For the products for which it is expected to be faster, and is known to be as exact as is asked. */
    AUTO,
    /** For every product that it has. */
    ALWAYS;

    /** @throws InvalidArgumentException for a property with another value */
    public static BlasUse configured() {
        String value = System.getProperty("tenon.cublas", "auto");
        for (BlasUse use : values()) {
            if (use.name().toLowerCase(Locale.ROOT).equals(value)) {
                return use;
            }
        }
        throw new InvalidArgumentException("tenon.cublas is " + value + "; it can be off, auto or always");
    }
}
