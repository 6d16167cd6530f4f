package dev.tenon.opencl;

import dev.tenon.kernels.KernelSources;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.lwjgl.opencl.CL10;

/** A device's programs: built when they are first needed, or taken from the {@link ProgramCache}. */
final class Programs {
    /** Work items of a group that has one for each element. */
    static final int ELEMENT_GROUP = 128;

    private final DeviceInfo info;
    private final long context;
    private final ProgramCache cache;
    private final Handles handles;
    private final String options;
    private final Map<String, Kernel> kernels = new ConcurrentHashMap<>();
    private final Map<String, Long> programs = new ConcurrentHashMap<>();

    Programs(DeviceInfo info, long context, ProgramCache cache, Handles handles) {
        this.info = info;
        this.context = context;
        this.cache = cache;
        this.handles = handles;
        this.options = "-cl-std=CL1.2" + (info.exactDivision() ? " -cl-fp32-correctly-rounded-divide-sqrt" : "");
    }

    Kernel kernel(String file, String kernel, String defines) {
        String key = file + '/' + kernel + ' ' + defines;
        Kernel known = kernels.get(key);
        return known != null ? known : kernels.computeIfAbsent(key, k -> make(file, kernel, defines));
    }

    private Kernel make(String file, String kernel, String defines) {
        long program = programs.computeIfAbsent(
                file + ' ' + defines, k -> DeepStack.call(() -> program(source(file, defines))));
        return kernel(program, kernel);
    }

    private Kernel kernel(long program, String name) {
        long handle = handles.made(OpenClNative.createKernel(program, name));
        return new Kernel(name, program, handle, OpenClNative.argumentCount(handle), handles);
    }

    Kernel ownKernel(String source, String kernel) {
        return kernels.computeIfAbsent(
                kernel + '\n' + source,
                k -> kernel(programs.computeIfAbsent(source, s -> DeepStack.call(() -> program(s))), kernel));
    }

    private String source(String file, String defines) {
        StringBuilder source = new StringBuilder();
        if (info.fp64()) {
            source.append("#define TN_FP64 1\n");
        }
        for (String define : defines.split(" ")) {
            source.append("#define ").append(define.replace('=', ' ')).append('\n');
        }
        return source.append(KernelSources.portable(file)).toString();
    }

    private long program(String source) {
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
        long program = build(source);
        byte[] built = cache.isUsed() ? OpenClNative.binary(program) : null;
        if (built != null) {
            cache.write(key, built);
        }
        return program;
    }

    private long build(String source) {
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
