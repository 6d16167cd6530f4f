package dev.tenon.benchmarks;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** OpenBLAS, the peer for F32 matrix products, where it is installed (Debian: libopenblas0-pthread). */
final class OpenBlasNative {
    private static final String LIBRARY = "libopenblas.so.0";
    private static final int ROW_MAJOR = 101;
    private static final int NO_TRANSPOSE = 111;
    private static final int TRANSPOSE = 112;

    private final MethodHandle sgemm;
    private final MethodHandle setThreads;

    private OpenBlasNative(SymbolLookup library) {
        Linker linker = Linker.nativeLinker();
        sgemm = linker.downcallHandle(
                library.findOrThrow("cblas_sgemm"),
                FunctionDescriptor.ofVoid(
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_FLOAT,
                        ADDRESS,
                        JAVA_INT,
                        ADDRESS,
                        JAVA_INT,
                        JAVA_FLOAT,
                        ADDRESS,
                        JAVA_INT));
        setThreads = linker.downcallHandle(
                library.findOrThrow("openblas_set_num_threads"), FunctionDescriptor.ofVoid(JAVA_INT));
    }

    /**
     * Empty where the library is not installed. Its threads are told to sleep after 2^20 cycles without work, as ours do: by
     * default they spin for 2^26, on the core that the other side's thread then does not get (its 1000x1001x999 took twice as
     * long). Every timed run follows an untimed one, so neither side pays for waking up.
     */
    static Optional<OpenBlasNative> load() {
        setEnvironment("OPENBLAS_THREAD_TIMEOUT", "20");
        SymbolLookup library;
        try {
            library = SymbolLookup.libraryLookup(LIBRARY, Arena.global());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        return Optional.of(new OpenBlasNative(library));
    }

    /** The library reads its environment when it is loaded; Java cannot set its own process's. */
    private static void setEnvironment(String name, String value) {
        Linker linker = Linker.nativeLinker();
        MethodHandle setenv = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("setenv"),
                FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
        try (Arena arena = Arena.ofConfined()) {
            int result = (int) setenv.invokeExact(arena.allocateFrom(name), arena.allocateFrom(value), 1);
            if (result != 0) {
                throw new IllegalStateException("setenv answered " + result);
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("setenv's descriptor is wrong", e);
        }
    }

    void setThreads(int threads) {
        try {
            setThreads.invokeExact(threads);
        } catch (Throwable e) {
            throw new AssertionError("openblas_set_num_threads's descriptor is wrong", e);
        }
    }

    /**
     * {@code c = op(a) op(b)}, all row-major and contiguous.
     *
     * @param a [m, k], or [k, m] if {@code transposeA}
     * @param b [k, n], or [n, k] if {@code transposeB}
     */
    void sgemm(
            boolean transposeA,
            boolean transposeB,
            int m,
            int n,
            int k,
            MemorySegment a,
            MemorySegment b,
            MemorySegment c) {
        try {
            sgemm.invokeExact(
                    ROW_MAJOR,
                    transposeA ? TRANSPOSE : NO_TRANSPOSE,
                    transposeB ? TRANSPOSE : NO_TRANSPOSE,
                    m,
                    n,
                    k,
                    1f,
                    a,
                    transposeA ? m : k,
                    b,
                    transposeB ? k : n,
                    0f,
                    c,
                    n);
        } catch (Throwable e) {
            throw new AssertionError("cblas_sgemm's descriptor is wrong", e);
        }
    }
}
