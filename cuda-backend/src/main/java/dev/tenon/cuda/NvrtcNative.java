package dev.tenon.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tenon.error.NativeCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** NVRTC, which compiles CUDA C++ in the process: part of the CUDA toolkit, so mostly absent. */
final class NvrtcNative {
    /** Why a kernel in CUDA C++ is not run. */
    static final String ABSENT =
            "its kernel is CUDA C++, and there is no NVRTC (libnvrtc.so.13, .12 or .11.2); PTX needs none";

    private static final List<String> NAMES = List.of("libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2");

    private final MethodHandle create;
    private final MethodHandle compile;
    private final MethodHandle ptxSize;
    private final MethodHandle ptx;
    private final MethodHandle logSize;
    private final MethodHandle log;
    private final MethodHandle destroy;
    private final MethodHandle errorString;

    private static final class Loaded {
        static final Optional<NvrtcNative> LIBRARY = NAMES.stream()
                .flatMap(name -> LibraryNative.lookup(name).stream())
                .findFirst()
                .map(NvrtcNative::new);
    }

    private NvrtcNative(SymbolLookup library) {
        create = find(library, "nvrtcCreateProgram", ADDRESS, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
        compile = find(library, "nvrtcCompileProgram", ADDRESS, JAVA_INT, ADDRESS);
        ptxSize = find(library, "nvrtcGetPTXSize", ADDRESS, ADDRESS);
        ptx = find(library, "nvrtcGetPTX", ADDRESS, ADDRESS);
        logSize = find(library, "nvrtcGetProgramLogSize", ADDRESS, ADDRESS);
        log = find(library, "nvrtcGetProgramLog", ADDRESS, ADDRESS);
        destroy = find(library, "nvrtcDestroyProgram", ADDRESS);
        errorString = Linker.nativeLinker()
                .downcallHandle(library.findOrThrow("nvrtcGetErrorString"), FunctionDescriptor.of(ADDRESS, JAVA_INT));
    }

    private static MethodHandle find(SymbolLookup library, String name, MemoryLayout... parameters) {
        return Linker.nativeLinker()
                .downcallHandle(library.findOrThrow(name), FunctionDescriptor.of(JAVA_INT, parameters));
    }

    /** The library, if the machine has it. */
    static Optional<NvrtcNative> find() {
        return Loaded.LIBRARY;
    }

    /**
     * Compiles CUDA C++ to PTX.
     *
     * @param architecture for example {@code compute_90}
     * @throws NativeCallException if it does not compile, with the log
     */
    byte[] compile(String source, String architecture) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment handle = arena.allocate(ADDRESS);
            check(
                    "nvrtcCreateProgram",
                    (int) create.invokeExact(
                            handle,
                            arena.allocateFrom(source),
                            arena.allocateFrom("kernel.cu"),
                            0,
                            MemorySegment.NULL,
                            MemorySegment.NULL),
                    "");
            MemorySegment program = handle.get(ADDRESS, 0);
            try {
                MemorySegment options = arena.allocate(ADDRESS, 1);
                options.set(ADDRESS, 0, arena.allocateFrom("--gpu-architecture=" + architecture));
                int code = (int) compile.invokeExact(program, 1, options);
                check("nvrtcCompileProgram", code, code == 0 ? "" : text(logSize, log, program));
                return text(ptxSize, ptx, program).getBytes(StandardCharsets.UTF_8);
            } finally {
                int ignored = (int) destroy.invokeExact(handle);
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a downcall declares no checked exceptions", e);
        }
    }

    private String text(MethodHandle sizeOf, MethodHandle get, MemorySegment program) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocate(JAVA_LONG);
            check("nvrtcGetPTXSize or nvrtcGetProgramLogSize", (int) sizeOf.invokeExact(program, size), "");
            MemorySegment text = arena.allocate(size.get(JAVA_LONG, 0) + 1);
            check("nvrtcGetPTX or nvrtcGetProgramLog", (int) get.invokeExact(program, text), "");
            return text.getString(0);
        }
    }

    private void check(String function, int code, String said) throws Throwable {
        if (code != 0) {
            MemorySegment name = (MemorySegment) errorString.invokeExact(code);
            throw new NativeCallException(
                    function,
                    code,
                    name.equals(MemorySegment.NULL) ? "" : name.reinterpret(256).getString(0),
                    said.strip());
        }
    }
}
