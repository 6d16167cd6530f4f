package dev.tenon.cuda.blas;

import static dev.tenon.cuda.blas.BlasCodes.check;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tenon.DType;
import dev.tenon.kernels.cuda.BlasGemm;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.NoSuchElementException;

/** cuBLAS and cuBLASLt through Panama, of any version from 11.2 on. Handles are passed as 64-bit integers. */
class CublasNative extends LtNative {
    private final Version version;

    private final MethodHandle create;
    private final MethodHandle destroy;
    private final MethodHandle setMathMode;
    private final MethodHandle setStream;
    private final MethodHandle setWorkspace;
    private final MethodHandle gemm;
    private final MethodHandle batched;

    /** A library's version. */
    record Version(int major, int minor, int patch) {
        @Override
        public String toString() {
            return major + "." + minor + "." + patch;
        }
    }

    /**
     * Finds the functions.
     *
     * @throws NoSuchElementException for a function that the library lacks, with its name
     */
    CublasNative(SymbolLookup cublas, SymbolLookup cublasLt) {
        super(cublasLt);
        version = version(cublas);
        create = find(cublas, "cublasCreate_v2", ADDRESS);
        destroy = find(cublas, "cublasDestroy_v2", JAVA_LONG);
        setMathMode = find(cublas, "cublasSetMathMode", JAVA_LONG, JAVA_INT);
        setStream = find(cublas, "cublasSetStream_v2", JAVA_LONG, JAVA_LONG);
        setWorkspace = find(cublas, "cublasSetWorkspace_v2", JAVA_LONG, JAVA_LONG, JAVA_LONG);
        gemm = find(
                cublas,
                "cublasGemmEx",
                JAVA_LONG,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                ADDRESS,
                JAVA_LONG,
                JAVA_INT,
                JAVA_INT,
                JAVA_LONG,
                JAVA_INT,
                JAVA_INT,
                ADDRESS,
                JAVA_LONG,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT);
        batched = find(
                cublas,
                "cublasGemmStridedBatchedEx",
                JAVA_LONG,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                ADDRESS,
                JAVA_LONG,
                JAVA_INT,
                JAVA_INT,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_INT,
                JAVA_INT,
                JAVA_LONG,
                ADDRESS,
                JAVA_LONG,
                JAVA_INT,
                JAVA_INT,
                JAVA_LONG,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT);
    }

    static Version version(SymbolLookup cublas) {
        MethodHandle property = find(cublas, "cublasGetProperty", JAVA_INT, ADDRESS);
        int[] parts = new int[3];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(JAVA_INT);
            for (int part = 0; part < parts.length; part++) {
                int asked = part;
                check("cublasGetProperty", call(() -> (int) property.invokeExact(asked, value)));
                parts[part] = value.get(JAVA_INT, 0);
            }
        }
        return new Version(parts[0], parts[1], parts[2]);
    }

    Version version() {
        return version;
    }

    @Override
    public String description() {
        return "cuBLAS " + version + " (" + bridge() + ")";
    }

    /** What makes the calls. */
    String bridge() {
        return "Panama";
    }

    @Override
    public long create() {
        return make("cublasCreate", to -> (int) create.invokeExact(to));
    }

    @Override
    public void destroy(long handle) {
        check("cublasDestroy", call(() -> (int) destroy.invokeExact(handle)));
    }

    @Override
    public void setMathMode(long handle, int mode) {
        check("cublasSetMathMode", call(() -> (int) setMathMode.invokeExact(handle, mode)));
    }

    @Override
    public void setStream(long handle, long stream) {
        check("cublasSetStream", call(() -> (int) setStream.invokeExact(handle, stream)));
    }

    @Override
    public void setWorkspace(long handle, long pointer, long bytes) {
        check("cublasSetWorkspace", call(() -> (int) setWorkspace.invokeExact(handle, pointer, bytes)));
    }

    @Override
    public void gemm(long handle, BlasGemm of, long a, long b, long c) {
        int transposeA = BlasCodes.operation(of.transposeA());
        int transposeB = BlasCodes.operation(of.transposeB());
        int typeA = BlasCodes.type(of.a().type());
        int typeB = BlasCodes.type(of.b().type());
        int typeC = BlasCodes.type(of.d().type());
        int compute = BlasCodes.computeType(of.d().type());
        boolean wide = of.d().type() == DType.F64;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment alpha = scalar(arena, of.alpha(), wide);
            MemorySegment beta = scalar(arena, of.beta(), wide);
            if (of.batch() == 1) {
                check("cublasGemmEx", call(() -> (int) gemm.invokeExact(
                        handle,
                        transposeA,
                        transposeB,
                        of.m(),
                        of.n(),
                        of.k(),
                        alpha,
                        a,
                        typeA,
                        of.a().leading(),
                        b,
                        typeB,
                        of.b().leading(),
                        beta,
                        c,
                        typeC,
                        of.d().leading(),
                        compute,
                        BlasCodes.GEMM_DEFAULT)));
            } else {
                check("cublasGemmStridedBatchedEx", call(() -> (int) batched.invokeExact(
                        handle,
                        transposeA,
                        transposeB,
                        of.m(),
                        of.n(),
                        of.k(),
                        alpha,
                        a,
                        typeA,
                        of.a().leading(),
                        of.a().batchStride(),
                        b,
                        typeB,
                        of.b().leading(),
                        of.b().batchStride(),
                        beta,
                        c,
                        typeC,
                        of.d().leading(),
                        of.d().batchStride(),
                        of.batch(),
                        compute,
                        BlasCodes.GEMM_DEFAULT)));
            }
        }
    }
}
