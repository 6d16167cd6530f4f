package dev.tenon.memory;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Locale;

/**
 * Anonymous mappings with huge pages, on Linux. Against {@code Arena}: nothing is zeroed up front (the kernel gives zero
 * pages on first touch), giving memory back needs no handshake with all threads, and 2 MiB pages spare the address
 * translation that otherwise costs streaming kernels a part of the memory bandwidth.
 */
final class HostMemoryNative {
    private static final long HUGE_PAGE = 2 << 20;
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
    private static final int MADV_HUGEPAGE = 14;
    private static final long MAP_FAILED = -1;

    private HostMemoryNative() {}

    /** Whether this system has the calls. Elsewhere {@code Arena} serves. */
    static boolean isAvailable() {
        return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).equals("linux")
                && System.getProperty("sun.arch.data.model", "64").equals("64")
                && HostMemoryNative.class.getModule().isNativeAccessEnabled();
    }

    private static final class Calls {
        static final MethodHandle MMAP = handle(
                "mmap", FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
        static final MethodHandle MUNMAP = handle("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
        static final MethodHandle MADVISE =
                handle("madvise", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));

        private static MethodHandle handle(String name, FunctionDescriptor type) {
            Linker linker = Linker.nativeLinker();
            return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
        }
    }

    /**
     * @throws OutOfMemoryError if the system refuses
     */
    static LargeBlock map(long bytes) {
        boolean huge = bytes >= HUGE_PAGE;
        long mapped = huge ? bytes + HUGE_PAGE : bytes;
        long start = mmap(mapped);
        if (start == MAP_FAILED) {
            throw new OutOfMemoryError("mmap of " + mapped + " bytes was refused");
        }
        long from = huge ? (start + HUGE_PAGE - 1) & -HUGE_PAGE : start;
        if (huge) {
            advise(from, bytes);
        }
        return new LargeBlock(MemorySegment.ofAddress(from).reinterpret(bytes), () -> unmap(start, mapped));
    }

    private static long mmap(long bytes) {
        try {
            return (long)
                    Calls.MMAP.invokeExact(MemorySegment.NULL, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
        } catch (Throwable e) {
            throw new AssertionError("mmap's descriptor is wrong", e);
        }
    }

    /** A wish: where it is refused, small pages serve. */
    private static void advise(long address, long bytes) {
        try {
            int ignored = (int) Calls.MADVISE.invokeExact(address, bytes, MADV_HUGEPAGE);
        } catch (Throwable e) {
            throw new AssertionError("madvise's descriptor is wrong", e);
        }
    }

    private static void unmap(long address, long bytes) {
        int result;
        try {
            result = (int) Calls.MUNMAP.invokeExact(address, bytes);
        } catch (Throwable e) {
            throw new AssertionError("munmap's descriptor is wrong", e);
        }
        if (result != 0) {
            throw new dev.tenon.error.NativeCallException("munmap", result, "", "");
        }
    }
}
