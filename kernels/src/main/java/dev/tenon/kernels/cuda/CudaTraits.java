package dev.tenon.kernels.cuda;

/**
 * What a kernel for an NVIDIA device is chosen by.
 *
 * @param major of the compute capability
 * @param minor of the compute capability
 * @param multiprocessors how many there are
 * @param sharedBytes of shared memory that a block may have at most, with the device's consent (the opt-in limit)
 * @param tf32 whether products of F32 operands may round these to TF32's 11 bits
 * @param clusters whether blocks may run in clusters, where kernels do on devices that have them
 */
public record CudaTraits(int major, int minor, int multiprocessors, int sharedBytes, boolean tf32, boolean clusters) {
    /** With F32 operands as they are, and clusters. */
    public CudaTraits(int major, int minor, int multiprocessors, int sharedBytes) {
        this(major, minor, multiprocessors, sharedBytes, false);
    }

    /** With clusters. */
    public CudaTraits(int major, int minor, int multiprocessors, int sharedBytes, boolean tf32) {
        this(major, minor, multiprocessors, sharedBytes, tf32, true);
    }

    /** Whether kernels for sm_80 run: mma.sync on 16-bit and TF32 operands, cp.async. */
    public boolean hasTensorCores() {
        return major >= 8;
    }

    /**
     * Whether TF32 products run at seven to eight times F32's rate, by NVIDIA's data sheets: A100 156 and 19.5 TFLOP/s, H100 495 and
     * 67. On other devices from 8.6 on it is one to two times, or, from 10.0 on, a rate that is not known of mma.sync.
     */
    public boolean hasFastTf32() {
        return minor == 0 && (major == 8 || major == 9);
    }

    /** Whether kernels for sm_90a run, which are for that one architecture: wgmma, bulk tensor copies. */
    public boolean isHopper() {
        return major == 9 && minor == 0;
    }
}
