package dev.tenon.cuda.blas;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** What only a test asks of the real libraries: names of statuses, and attributes as they were set. */
final class DescriptorsNative {
    private final SymbolLookup lt;
    private final MethodHandle statusName;

    DescriptorsNative(Path cublas, int major) {
        SymbolLookup library = SymbolLookup.libraryLookup(cublas, Arena.global());
        lt = SymbolLookup.libraryLookup("libcublasLt.so." + major, Arena.global());
        statusName = Linker.nativeLinker()
                .downcallHandle(library.findOrThrow("cublasGetStatusName"), FunctionDescriptor.of(ADDRESS, JAVA_INT));
    }

    String statusName(int status) throws Throwable {
        MemorySegment name = (MemorySegment) statusName.invokeExact(status);
        return name.reinterpret(64).getString(0);
    }

    /**
     * An attribute as the library has it, and how many bytes it has.
     *
     * @param function of a descriptor's kind, for example {@code cublasLtMatmulDescGetAttribute}
     */
    long[] attribute(String function, long descriptor, int code) throws Throwable {
        MethodHandle get = Linker.nativeLinker()
                .downcallHandle(
                        lt.findOrThrow(function),
                        FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(JAVA_LONG);
            MemorySegment written = arena.allocate(JAVA_LONG);
            BlasCodes.check(function, (int) get.invokeExact(descriptor, code, MemorySegment.NULL, 0L, written));
            long bytes = written.get(JAVA_LONG, 0);
            BlasCodes.check(function, (int) get.invokeExact(descriptor, code, value, bytes, written));
            return new long[] {bytes == 4 ? value.get(JAVA_INT, 0) : value.get(JAVA_LONG, 0), bytes};
        }
    }
}
