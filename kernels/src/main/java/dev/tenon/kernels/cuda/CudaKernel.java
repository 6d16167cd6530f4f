package dev.tenon.kernels.cuda;

import dev.tenon.error.InvalidArgumentException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPInputStream;

/**
 * A kernel for NVIDIA devices, compiled ahead of time.
 *
 * @param file the source's name without {@code .cu}
 * @param architecture what its PTX is for: {@code sm_80}, which later devices run too, or {@code sm_90a}
 * @param name the kernel function's name
 */
public record CudaKernel(String file, String architecture, String name) {
    /** How a kernel begins in PTX. Declarations for all of them come before the first. */
    private static final String ENTRY = ".visible .entry ";

    /** Texts of files that were asked for; a model takes several kernels of one. */
    private static final Map<String, String> FILES = new ConcurrentHashMap<>();

    /** A kernel for compute capability 8.0 and later. */
    static CudaKernel ampere(String file, String name) {
        return new CudaKernel(file, "sm_80", name);
    }

    /** A kernel for compute capability 9.0 alone. */
    static CudaKernel hopper(String file, String name) {
        return new CudaKernel(file, "sm_90a", name);
    }

    /**
     * The text of a PTX module with this kernel alone, so that a driver compiles no other: what its file declares for all kernels, then
     * the kernel.
     *
     * @throws InvalidArgumentException if there is no such file, or no such kernel in it
     */
    public String ptx() {
        String module =
                FILES.computeIfAbsent("/kernels/cuda/ptx/" + architecture + "/" + file + ".ptx.gz", CudaKernel::read);
        int start = module.indexOf(ENTRY + name + "(");
        if (start < 0) {
            throw new InvalidArgumentException("there is no kernel " + name + " in the PTX of " + file);
        }
        int next = module.indexOf(ENTRY, start + ENTRY.length());
        return module.substring(0, module.indexOf(ENTRY)) + module.substring(start, next < 0 ? module.length() : next);
    }

    private static String read(String path) {
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
