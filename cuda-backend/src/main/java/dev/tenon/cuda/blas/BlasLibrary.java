package dev.tenon.cuda.blas;

/** cuBLAS, or why there is none. */
public sealed interface BlasLibrary {
    /** The library, ready to make handles, and when to use it. */
    record Found(Blas blas, BlasUse use) implements BlasLibrary {}

    /** @param reason for {@code tenon devices} */
    record Absent(String reason) implements BlasLibrary {}

    /**
     * Looks for cuBLAS as the properties say: {@code tenon.cublas=off} does not, {@code tenon.cublas.library} names a file.
     *
     * @param driver 1000 * major + 10 * minor of the CUDA version that the driver is for
     */
    static BlasLibrary find(int driver) {
        BlasUse use = BlasUse.configured();
        return use == BlasUse.OFF
                ? new Absent("tenon.cublas=off")
                : BlasLibraryNative.find(System.getProperty("tenon.cublas.library", ""), driver, use);
    }
}
