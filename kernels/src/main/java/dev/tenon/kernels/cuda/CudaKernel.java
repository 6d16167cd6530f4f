package dev.tenon.kernels.cuda;

import dev.tenon.error.InvalidArgumentException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;

/**
 * A kernel for NVIDIA devices, compiled ahead of time.
 *
 * @param file the source's name without {@code .cu}
 * @param architecture what its PTX is for: {@code sm_80}, which later devices run too, or {@code sm_90a}
 * @param name the kernel function's name
 */
public record CudaKernel(String file, String architecture, String name) {
    /** A kernel for compute capability 8.0 and later. */
    static CudaKernel ampere(String file, String name) {
        return new CudaKernel(file, "sm_80", name);
    }

    /** A kernel for compute capability 9.0 alone. */
    static CudaKernel hopper(String file, String name) {
        return new CudaKernel(file, "sm_90a", name);
    }

    /**
     * The text of the PTX module that has the kernel; other kernels of its file are in it too.
     *
     * @throws InvalidArgumentException if there is no such file
     */
    public String ptx() {
        String path = "/kernels/cuda/ptx/" + architecture + "/" + file + ".ptx.gz";
        try (InputStream in = CudaKernel.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new InvalidArgumentException("there is no PTX " + path);
            }
            return new String(new GZIPInputStream(in).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
