package dev.tenon.opencl;

import dev.tenon.kernels.KernelSources;
import dev.tenon.kernels.plan.DeviceTraits;
import dev.tenon.kernels.plan.KernelKey;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.lwjgl.opencl.CL10;

/** A device's programs: built when they are first needed, or taken from the {@link ProgramCache}. */
final class Programs {
    private final DeviceInfo info;
    private final long context;
    private final ProgramCache cache;
    private final Handles handles;
    private final String options;
    private final Map<KernelKey, Kernel> kernels = new ConcurrentHashMap<>();
    private final Map<String, Long> programs = new ConcurrentHashMap<>();

    /** @param options for the compiler, beside those that every program needs; empty for none */
    Programs(DeviceInfo info, long context, ProgramCache cache, Handles handles, String options) {
        this.info = info;
        this.context = context;
        this.cache = cache;
        this.handles = handles;
        this.options = (info.exactDivision() ? " -cl-fp32-correctly-rounded-divide-sqrt" : "")
                + (options.isBlank() ? "" : ' ' + options.strip());
    }

    /**
     * The kernel of a launch.
     *
     * @throws dev.tenon.error.NativeCallException if it does not build, with the log
     */
    Kernel kernel(KernelKey key) {
        Kernel known = kernels.get(key);
        return known != null ? known : kernels.computeIfAbsent(key, this::make);
    }

    private Kernel make(KernelKey key) {
        String name = switch (key) {
            case KernelKey.Portable portable -> portable.file() + ' ' + portable.defines();
            case KernelKey.Own own -> own.source();
        };
        long program = programs.computeIfAbsent(name, _ -> DeepStack.call(() -> program(source(key), options(key))));
        long handle = handles.made(OpenClNative.createKernel(program, key.kernel()));
        return new Kernel(key.kernel(), program, handle, OpenClNative.argumentCount(handle), handles);
    }

    private String options(KernelKey key) {
        boolean subGroups = switch (key) {
            case KernelKey.Portable portable -> portable.defines().contains(' ' + DeviceTraits.SUB_GROUPS + '=');
            case KernelKey.Own _ -> false;
        };
        return (subGroups ? info.subGroupLanguage() : "-cl-std=CL1.2") + options;
    }

    private String source(KernelKey key) {
        return switch (key) {
            case KernelKey.Portable portable ->
                (info.fp64() ? "#define TN_FP64 1\n" : "") + KernelSources.program(portable.file(), portable.defines());
            case KernelKey.Own own -> own.source();
        };
    }

    private long program(String source, String options) {
        String key = ProgramCache.key(info.identity(), options, source);
        byte[] binary = cache.read(key);
        if (binary != null) {
            long program = OpenClNative.createProgram(context, info.device(), binary);
            if (program != 0) {
                if (OpenClNative.build(program, info.device(), options) == CL10.CL_SUCCESS) {
                    return handles.made(program);
                }
                OpenClNative.releaseProgram(program);
            }
        }
        long program = build(source, options);
        byte[] built = cache.isUsed() ? OpenClNative.binary(program) : null;
        if (built != null) {
            cache.write(key, built);
        }
        return program;
    }

    private long build(String source, String options) {
        long program = OpenClNative.createProgram(context, source);
        int code = OpenClNative.build(program, info.device(), options);
        if (code != CL10.CL_SUCCESS) {
            String log = OpenClNative.buildLog(program, info.device());
            OpenClNative.releaseProgram(program);
            throw OpenClNative.failure("clBuildProgram", code, log);
        }
        return handles.made(program);
    }

    void close() {
        kernels.values().forEach(kernel -> {
            OpenClNative.releaseKernel(kernel.handle());
            handles.released();
        });
        kernels.clear();
        programs.values().forEach(program -> {
            OpenClNative.releaseProgram(program);
            handles.released();
        });
        programs.clear();
    }
}
