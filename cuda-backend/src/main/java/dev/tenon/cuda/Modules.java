package dev.tenon.cuda;

import dev.tenon.error.UnsupportedOpException;
import dev.tenon.kernels.PtxArchive;
import dev.tenon.kernels.plan.KernelKey;
import dev.tenon.kernels.plan.Launch;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A device's programs, loaded when they are first needed. The driver compiles PTX for the device then, and keeps what it
 * compiled on disk.
 */
final class Modules {
    private static final int MAX_THREADS_PER_BLOCK = 0;

    private final CudaDevice device;
    private final Map<KernelKey, CudaKernel> kernels = new ConcurrentHashMap<>();
    /** By what they were loaded from. */
    private final Map<Object, Long> modules = new ConcurrentHashMap<>();

    /** What a portable program is loaded from. */
    private record Program(String file, String defines) {}

    Modules(CudaDevice device) {
        this.device = device;
    }

    CudaKernel kernel(KernelKey key) {
        CudaKernel known = kernels.get(key);
        return known != null ? known : kernels.computeIfAbsent(key, this::load);
    }

    /** Launches on a stream of the driver's; the device's context is current. */
    void launch(Launch launch, Driver driver, long stream, Parameters parameters) {
        CudaKernel kernel = kernel(launch.key());
        driver.launch(kernel.function(), kernel.grid(launch), stream, parameters.of(launch));
    }

    private CudaKernel load(KernelKey key) {
        long module = switch (key) {
            case KernelKey.Portable p -> modules.computeIfAbsent(new Program(p.file(), p.defines()), k -> load(ptx(p)));
            case KernelKey.Own own -> modules.computeIfAbsent(own.source(), k -> load(OwnSource.ptx(own, device)));
        };
        return device.ask(driver -> {
            long function = driver.function(module, key.kernel());
            return new CudaKernel(key.kernel(), function, driver.functionAttribute(function, MAX_THREADS_PER_BLOCK));
        });
    }

    private long load(byte[] image) {
        return device.ask(driver -> driver.loadModule(image));
    }

    private byte[] ptx(KernelKey.Portable key) {
        PtxArchive.Program program = PtxArchive.portable(key.file()).program(key.defines());
        if (program == null) {
            throw new UnsupportedOpException(
                    key.kernel(), device.name(), "there is no PTX of " + key.file() + " with " + key.defines());
        }
        return program.ptx().getBytes(StandardCharsets.US_ASCII);
    }

    void close(Driver driver, Release release) {
        kernels.clear();
        modules.values().forEach(module -> release.run(() -> driver.unloadModule(module)));
        modules.clear();
    }
}
