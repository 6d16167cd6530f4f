package dev.tenon.cuda;

import dev.tenon.cuda.op.Step;
import dev.tenon.error.UnsupportedOpException;
import dev.tenon.kernels.PtxArchive;
import dev.tenon.kernels.cuda.CudaKernel;
import dev.tenon.kernels.plan.KernelKey;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A device's programs, loaded when they are first needed. The driver compiles PTX for the device then, and keeps what it
 * compiled on disk.
 */
final class Modules {
    private static final int MAX_THREADS_PER_BLOCK = 0;
    private static final int SHARED_SIZE_BYTES = 1;
    private static final int MAX_DYNAMIC_SHARED_SIZE_BYTES = 8;

    private final CudaDevice device;
    private final Map<KernelKey, LoadedKernel> kernels = new ConcurrentHashMap<>();
    private final Map<CudaKernel, LoadedKernel> tensorCoreKernels = new ConcurrentHashMap<>();
    /** By what they were loaded from. */
    private final Map<Object, Long> modules = new ConcurrentHashMap<>();

    /** What a portable program is loaded from. */
    private record Program(String file, String defines) {}

    Modules(CudaDevice device) {
        this.device = device;
    }

    /** Loads what a step runs, where that is not done yet. */
    void load(Step step) {
        switch (step) {
            case Step.Portable portable -> kernel(portable.launch().key());
            case Step.TensorCore tensorCore -> kernel(tensorCore.launch().kernel());
            case Step.Library _, Step.Zeros _ -> {}
        }
    }

    /** Puts a step on a stream of the driver's; the device's context is current. */
    void submit(Step step, Driver driver, long stream, Parameters parameters) {
        switch (step) {
            case Step.Portable(var launch) -> {
                LoadedKernel kernel = kernel(launch.key());
                driver.launch(kernel.function(), kernel.grid(launch), stream, parameters.of(launch));
            }
            case Step.TensorCore tensorCore -> {
                LoadedKernel kernel = kernel(tensorCore.launch().kernel());
                driver.launch(
                        kernel.function(), kernel.grid(tensorCore.launch()), stream, parameters.of(tensorCore, driver));
            }
            case Step.Library library -> device.blas().submit(library, stream);
            case Step.Zeros(var buffer) -> driver.zero(((CudaBuffer) buffer).pointer(), buffer.bytes(), stream);
        }
    }

    private LoadedKernel kernel(KernelKey key) {
        LoadedKernel known = kernels.get(key);
        return known != null ? known : kernels.computeIfAbsent(key, this::load);
    }

    private LoadedKernel kernel(CudaKernel kernel) {
        LoadedKernel known = tensorCoreKernels.get(kernel);
        return known != null ? known : tensorCoreKernels.computeIfAbsent(kernel, this::load);
    }

    private LoadedKernel load(KernelKey key) {
        long module = switch (key) {
            case KernelKey.Portable p -> modules.computeIfAbsent(new Program(p.file(), p.defines()), k -> load(ptx(p)));
            case KernelKey.Own own -> modules.computeIfAbsent(own.source(), k -> load(OwnSource.ptx(own, device)));
        };
        return device.ask(driver -> loaded(driver, module, key.kernel()));
    }

    private LoadedKernel load(CudaKernel kernel) {
        long module = modules.computeIfAbsent(kernel, k -> load(kernel.ptx().getBytes(StandardCharsets.US_ASCII)));
        return device.ask(driver -> {
            LoadedKernel loaded = loaded(driver, module, kernel.name());
            // More than 48 KiB of shared memory must be allowed; what a launch does not ask for it does not take.
            int declared = driver.functionAttribute(loaded.function(), SHARED_SIZE_BYTES);
            driver.setFunctionAttribute(
                    loaded.function(),
                    MAX_DYNAMIC_SHARED_SIZE_BYTES,
                    device.info().optInSharedBytes() - declared);
            return loaded;
        });
    }

    private static LoadedKernel loaded(Driver driver, long module, String name) {
        long function = driver.function(module, name);
        return new LoadedKernel(name, function, driver.functionAttribute(function, MAX_THREADS_PER_BLOCK));
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
        tensorCoreKernels.clear();
        modules.values().forEach(module -> release.run(() -> driver.unloadModule(module)));
        modules.clear();
    }
}
