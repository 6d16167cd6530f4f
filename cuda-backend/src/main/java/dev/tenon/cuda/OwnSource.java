package dev.tenon.cuda;

import dev.tenon.error.UnsupportedOpException;
import dev.tenon.kernels.plan.KernelKey;
import java.nio.charset.StandardCharsets;

/** A user's own kernel: PTX as it is, CUDA C++ by way of NVRTC where the machine has it. */
final class OwnSource {
    private OwnSource() {}

    /** Whether the text is PTX, which must say its version before anything but comments. */
    static boolean isPtx(String source) {
        return source.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("//"))
                .findFirst()
                .map(line -> line.startsWith(".version"))
                .orElse(false);
    }

    /**
     * What the driver loads.
     *
     * @throws UnsupportedOpException for CUDA C++ where there is no NVRTC
     * @throws dev.tenon.error.NativeCallException for CUDA C++ that does not compile, with the compiler's log
     */
    static byte[] ptx(KernelKey.Own key, CudaDevice device) {
        if (isPtx(key.source())) {
            return key.source().getBytes(StandardCharsets.UTF_8);
        }
        return NvrtcNative.find()
                .orElseThrow(() -> new UnsupportedOpException(key.kernel(), device.name(), NvrtcNative.ABSENT))
                .compile(key.source(), "compute_" + device.info().capability());
    }
}
