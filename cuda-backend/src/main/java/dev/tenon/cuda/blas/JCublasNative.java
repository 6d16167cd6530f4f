package dev.tenon.cuda.blas;

import dev.tenon.DType;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.kernels.cuda.BlasGemm;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentHashMap;
import jcuda.Pointer;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;

/**
 * cuBLAS 12 by way of JCublas2. Through Panama go cuBLASLt, which JCuda lacks, and the stream, whose JCuda object cannot be made
 * from an address.
 */
final class JCublasNative extends CublasNative {
    private final Map<Long, cublasHandle> handles = new ConcurrentHashMap<>();

    /** An address, which JCuda's pointers show to subclasses only. */
    private static final class At extends Pointer {
        At(long address) {
            super(address);
        }
    }

    private static final class Handle extends cublasHandle {
        long address() {
            return getNativePointer();
        }
    }

    /**
     * Loads JCuda's library; cuBLAS 12 is loaded already.
     *
     * @throws LinkageError if it cannot be loaded
     * @throws NoSuchElementException for a function that cuBLAS lacks, with its name
     */
    JCublasNative(SymbolLookup cublas, SymbolLookup cublasLt) {
        super(cublas, cublasLt);
        JCublas2.initialize();
        JCublas2.setExceptionsEnabled(false);
    }

    private cublasHandle get(long handle) {
        cublasHandle known = handles.get(handle);
        if (known == null) {
            throw new InvalidArgumentException("no live cuBLAS handle has the address " + Long.toHexString(handle));
        }
        return known;
    }

    @Override
    String bridge() {
        return "JCublas2";
    }

    @Override
    public long create() {
        Handle handle = new Handle();
        BlasCodes.check("cublasCreate", JCublas2.cublasCreate(handle));
        handles.put(handle.address(), handle);
        return handle.address();
    }

    @Override
    public void destroy(long handle) {
        cublasHandle ended = get(handle);
        handles.remove(handle);
        BlasCodes.check("cublasDestroy", JCublas2.cublasDestroy(ended));
    }

    @Override
    public void setMathMode(long handle, int mode) {
        BlasCodes.check("cublasSetMathMode", JCublas2.cublasSetMathMode(get(handle), mode));
    }

    @Override
    public void setWorkspace(long handle, long pointer, long bytes) {
        BlasCodes.check("cublasSetWorkspace", JCublas2.cublasSetWorkspace(get(handle), new At(pointer), bytes));
    }

    @Override
    public void gemm(long handle, BlasGemm of, long a, long b, long c) {
        int typeA = BlasCodes.type(of.a().type());
        int typeB = BlasCodes.type(of.b().type());
        int typeC = BlasCodes.type(of.d().type());
        boolean wide = of.d().type() == DType.F64;
        try (Arena arena = Arena.ofConfined()) {
            Pointer alpha = new At(scalar(arena, of.alpha(), wide).address());
            Pointer beta = new At(scalar(arena, of.beta(), wide).address());
            if (of.batch() == 1) {
                BlasCodes.check(
                        "cublasGemmEx",
                        JCublas2.cublasGemmEx_new(
                                get(handle),
                                BlasCodes.operation(of.transposeA()),
                                BlasCodes.operation(of.transposeB()),
                                of.m(),
                                of.n(),
                                of.k(),
                                alpha,
                                new At(a),
                                typeA,
                                of.a().leading(),
                                new At(b),
                                typeB,
                                of.b().leading(),
                                beta,
                                new At(c),
                                typeC,
                                of.d().leading(),
                                BlasCodes.computeType(of.d().type()),
                                BlasCodes.GEMM_DEFAULT));
            } else {
                BlasCodes.check(
                        "cublasGemmStridedBatchedEx",
                        JCublas2.cublasGemmStridedBatchedEx_new(
                                get(handle),
                                BlasCodes.operation(of.transposeA()),
                                BlasCodes.operation(of.transposeB()),
                                of.m(),
                                of.n(),
                                of.k(),
                                alpha,
                                new At(a),
                                typeA,
                                of.a().leading(),
                                of.a().batchStride(),
                                new At(b),
                                typeB,
                                of.b().leading(),
                                of.b().batchStride(),
                                beta,
                                new At(c),
                                typeC,
                                of.d().leading(),
                                of.d().batchStride(),
                                of.batch(),
                                BlasCodes.computeType(of.d().type()),
                                BlasCodes.GEMM_DEFAULT));
            }
        }
    }
}
