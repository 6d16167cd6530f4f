package dev.tenon.cpu.x86;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tenon.error.NativeCallException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** Memory that code runs in, and calls into it. Pages are never writable and executable at once. */
final class CodeNative {
    private static final int PROT_READ_WRITE = 3;
    private static final int PROT_READ_EXECUTE = 5;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
    private static final long MAP_FAILED = -1;

    private static final Linker LINKER = Linker.nativeLinker();

    /** One shape for all kernels, so that the linker makes one stub; what a kernel does not take is zero. */
    private static final FunctionDescriptor KERNEL = FunctionDescriptor.ofVoid(
            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    /** Without the switch of thread state, which would take longer than a small tile. */
    private static final MethodHandle CALL = LINKER.downcallHandle(KERNEL, Linker.Option.critical(false));

    private CodeNative() {}

    /** Calls the code with nine whole numbers, the first six in registers and three on the stack. */
    static void call(MemorySegment code, long a, long b, long c, long d, long e, long f, long g, long h, long i) {
        try {
            CALL.invokeExact(code, a, b, c, d, e, f, g, h, i);
        } catch (Throwable t) {
            throw new AssertionError("a kernel's descriptor is wrong", t);
        }
    }

    /**
     * Copies {@code code} to memory of its own and makes that executable, for as long as the process lives.
     *
     * @return nothing where the system refuses executable memory
     */
    static Optional<MemorySegment> install(byte[] code) {
        try {
            MethodHandle mmap = handle(
                    "mmap",
                    FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
            MethodHandle mprotect = handle("mprotect", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
            long bytes = code.length;
            long address = (long) mmap.invokeExact(0L, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
            if (address == MAP_FAILED) {
                return Optional.empty();
            }
            MemorySegment memory = MemorySegment.ofAddress(address).reinterpret(bytes);
            MemorySegment.copy(MemorySegment.ofArray(code), 0, memory, 0, bytes);
            if ((int) mprotect.invokeExact(address, bytes, PROT_READ_EXECUTE) == 0) {
                return Optional.of(memory);
            }
            unmap(address, bytes);
            return Optional.empty();
        } catch (Throwable t) {
            throw new AssertionError("a descriptor is wrong", t);
        }
    }

    /** What {@link #install} answering nothing means once it has answered something. */
    static OutOfMemoryError refused() {
        return new OutOfMemoryError("the system refuses more executable memory");
    }

    private static void unmap(long address, long bytes) throws Throwable {
        MethodHandle munmap = handle("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
        int result = (int) munmap.invokeExact(address, bytes);
        if (result != 0) {
            throw new NativeCallException("munmap", result, "", "");
        }
    }

    private static MethodHandle handle(String name, FunctionDescriptor type) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type);
    }
}
