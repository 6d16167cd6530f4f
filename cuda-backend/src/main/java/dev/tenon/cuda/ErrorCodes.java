package dev.tenon.cuda;

import dev.tenon.error.NativeCallException;

/** The driver's codes that mean something to this backend. */
final class ErrorCodes {
    static final int OUT_OF_MEMORY = 2;
    static final int NO_DEVICE = 100;
    static final int NOT_READY = 600;
    static final int GRAPH_EXEC_UPDATE_FAILURE = 910;

    private ErrorCodes() {}

    /**
     * Whether a failure is the end of the context that it came from: every later call there fails with the same code. Such is
     * a kernel that reads or writes where nothing is, one that traps, and a device that fell off the bus. cuBLAS's statuses are none of
     * these numbers: what ended the context there, the driver's next call says.
     */
    static boolean endsContext(NativeCallException failure) {
        return switch ((int) failure.code()) {
            case 46, // CUDA_ERROR_DEVICE_UNAVAILABLE
                    214, // CUDA_ERROR_ECC_UNCORRECTABLE
                    220, // CUDA_ERROR_NVLINK_UNCORRECTABLE
                    226, // CUDA_ERROR_CONTAINED
                    700, // CUDA_ERROR_ILLEGAL_ADDRESS
                    702, // CUDA_ERROR_LAUNCH_TIMEOUT
                    709, // CUDA_ERROR_CONTEXT_IS_DESTROYED
                    710, // CUDA_ERROR_ASSERT
                    714, // CUDA_ERROR_HARDWARE_STACK_ERROR
                    715, // CUDA_ERROR_ILLEGAL_INSTRUCTION
                    716, // CUDA_ERROR_MISALIGNED_ADDRESS
                    717, // CUDA_ERROR_INVALID_ADDRESS_SPACE
                    718, // CUDA_ERROR_INVALID_PC
                    719, // CUDA_ERROR_LAUNCH_FAILED
                    721, // CUDA_ERROR_TENSOR_MEMORY_LEAK
                    999 -> true; // CUDA_ERROR_UNKNOWN
            default -> false;
        };
    }

    static boolean isOutOfMemory(NativeCallException failure) {
        return failure.code() == OUT_OF_MEMORY;
    }
}
