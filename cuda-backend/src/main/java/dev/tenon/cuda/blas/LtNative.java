package dev.tenon.cuda.blas;

import static dev.tenon.cuda.blas.BlasCodes.check;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.NoSuchElementException;
import java.util.Optional;

/** cuBLASLt through Panama, which JCuda lacks. Handles and descriptors are passed as 64-bit integers. */
abstract class LtNative implements Blas {
    private static final int WORKSPACE_AT = BlasCodes.ALGORITHM_BYTES;
    private static final int STATE_AT = WORKSPACE_AT + Long.BYTES;

    private final MethodHandle create;
    private final MethodHandle destroy;
    private final MethodHandle createMatmul;
    private final MethodHandle setMatmul;
    private final MethodHandle destroyMatmul;
    private final MethodHandle createLayout;
    private final MethodHandle setLayout;
    private final MethodHandle destroyLayout;
    private final MethodHandle createPreference;
    private final MethodHandle setPreference;
    private final MethodHandle destroyPreference;
    private final MethodHandle heuristic;
    private final MethodHandle matmul;

    /**
     * Finds the functions.
     *
     * @throws NoSuchElementException for a function that the library lacks, with its name
     */
    LtNative(SymbolLookup lt) {
        create = find(lt, "cublasLtCreate", ADDRESS);
        destroy = find(lt, "cublasLtDestroy", JAVA_LONG);
        createMatmul = find(lt, "cublasLtMatmulDescCreate", ADDRESS, JAVA_INT, JAVA_INT);
        setMatmul = find(lt, "cublasLtMatmulDescSetAttribute", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
        destroyMatmul = find(lt, "cublasLtMatmulDescDestroy", JAVA_LONG);
        createLayout = find(lt, "cublasLtMatrixLayoutCreate", ADDRESS, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
        setLayout = find(lt, "cublasLtMatrixLayoutSetAttribute", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
        destroyLayout = find(lt, "cublasLtMatrixLayoutDestroy", JAVA_LONG);
        createPreference = find(lt, "cublasLtMatmulPreferenceCreate", ADDRESS);
        setPreference = find(lt, "cublasLtMatmulPreferenceSetAttribute", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
        destroyPreference = find(lt, "cublasLtMatmulPreferenceDestroy", JAVA_LONG);
        heuristic = find(
                lt,
                "cublasLtMatmulAlgoGetHeuristic",
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_INT,
                ADDRESS,
                ADDRESS);
        matmul = find(
                lt,
                "cublasLtMatmul",
                JAVA_LONG,
                JAVA_LONG,
                ADDRESS,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                ADDRESS,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                ADDRESS,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG);
    }

    static MethodHandle find(SymbolLookup library, String name, MemoryLayout... parameters) {
        MemorySegment symbol = library.find(name).orElseThrow(() -> new NoSuchElementException(name));
        return Linker.nativeLinker().downcallHandle(symbol, FunctionDescriptor.of(JAVA_INT, parameters));
    }

    /** A call into the library. */
    @FunctionalInterface
    interface Call {
        int run() throws Throwable;
    }

    static int call(Call call) {
        try {
            return call.run();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a downcall declares no checked exceptions", e);
        }
    }

    /** A call that writes a handle. */
    @FunctionalInterface
    interface Making {
        int run(MemorySegment to) throws Throwable;
    }

    static long make(String function, Making making) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment to = arena.allocate(JAVA_LONG);
            check(function, call(() -> making.run(to)));
            return to.get(JAVA_LONG, 0);
        }
    }

    /** A scalar in memory, of the type that alpha and beta have. */
    static MemorySegment scalar(Arena arena, double value, boolean wide) {
        return wide ? arena.allocateFrom(JAVA_DOUBLE, value) : arena.allocateFrom(JAVA_FLOAT, (float) value);
    }

    @Override
    public long createLt() {
        return make("cublasLtCreate", to -> (int) create.invokeExact(to));
    }

    @Override
    public void destroyLt(long lt) {
        check("cublasLtDestroy", call(() -> (int) destroy.invokeExact(lt)));
    }

    @Override
    public long createMatmul(int computeType, int scaleType) {
        return make("cublasLtMatmulDescCreate", to -> (int) createMatmul.invokeExact(to, computeType, scaleType));
    }

    @Override
    public void setMatmul(long descriptor, LtAttributes.OfMatmul attribute, long value) {
        set("cublasLtMatmulDescSetAttribute", setMatmul, descriptor, attribute.code(), attribute.bytes(), value);
    }

    @Override
    public void destroyMatmul(long descriptor) {
        check("cublasLtMatmulDescDestroy", call(() -> (int) destroyMatmul.invokeExact(descriptor)));
    }

    @Override
    public long createLayout(int type, long rows, long columns, long leading) {
        return make(
                "cublasLtMatrixLayoutCreate", to -> (int) createLayout.invokeExact(to, type, rows, columns, leading));
    }

    @Override
    public void setLayout(long layout, LtAttributes.OfLayout attribute, long value) {
        set("cublasLtMatrixLayoutSetAttribute", setLayout, layout, attribute.code(), attribute.bytes(), value);
    }

    @Override
    public void destroyLayout(long layout) {
        check("cublasLtMatrixLayoutDestroy", call(() -> (int) destroyLayout.invokeExact(layout)));
    }

    @Override
    public long createPreference() {
        return make("cublasLtMatmulPreferenceCreate", to -> (int) createPreference.invokeExact(to));
    }

    @Override
    public void setPreference(long preference, LtAttributes.OfPreference attribute, long value) {
        set(
                "cublasLtMatmulPreferenceSetAttribute",
                setPreference,
                preference,
                attribute.code(),
                attribute.bytes(),
                value);
    }

    @Override
    public void destroyPreference(long preference) {
        check("cublasLtMatmulPreferenceDestroy", call(() -> (int) destroyPreference.invokeExact(preference)));
    }

    /** Little-endian, so the low bytes of a value come first. */
    private static void set(String function, MethodHandle setter, long of, int code, int bytes, long value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocateFrom(JAVA_LONG, value);
            long size = bytes;
            check(function, call(() -> (int) setter.invokeExact(of, code, memory, size)));
        }
    }

    @Override
    public Optional<LtAlgorithm> heuristic(long lt, long descriptor, LtLayouts layouts, long preference) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(BlasCodes.HEURISTIC_RESULT_BYTES, Long.BYTES);
            MemorySegment count = arena.allocate(JAVA_INT);
            int status = call(() -> (int) heuristic.invokeExact(
                    lt, descriptor, layouts.a(), layouts.b(), layouts.c(), layouts.d(), preference, 1, result, count));
            if (status == BlasCodes.NOT_SUPPORTED) {
                return Optional.empty();
            }
            check("cublasLtMatmulAlgoGetHeuristic", status);
            boolean found = count.get(JAVA_INT, 0) > 0 && result.get(JAVA_INT, STATE_AT) == 0;
            return found
                    ? Optional.of(new LtAlgorithm(
                            result.asSlice(0, BlasCodes.ALGORITHM_BYTES).toArray(JAVA_LONG),
                            result.get(JAVA_LONG, WORKSPACE_AT)))
                    : Optional.empty();
        }
    }

    @Override
    public void matmul(
            long lt,
            long descriptor,
            LtLayouts layouts,
            LtOperands operands,
            LtAlgorithm algorithm,
            long workspace,
            long workspaceBytes,
            long stream) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment alpha = scalar(arena, operands.alpha(), operands.wide());
            MemorySegment beta = scalar(arena, operands.beta(), operands.wide());
            MemorySegment words = arena.allocateFrom(JAVA_LONG, algorithm.words());
            check("cublasLtMatmul", call(() -> (int) matmul.invokeExact(
                    lt,
                    descriptor,
                    alpha,
                    operands.a(),
                    layouts.a(),
                    operands.b(),
                    layouts.b(),
                    beta,
                    operands.c(),
                    layouts.c(),
                    operands.d(),
                    layouts.d(),
                    words,
                    workspace,
                    workspaceBytes,
                    stream)));
        }
    }
}
