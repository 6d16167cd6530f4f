package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.DType;
import dev.tenon.cuda.blas.Blas;
import dev.tenon.cuda.blas.BlasCodes;
import dev.tenon.cuda.blas.LtAttributes;
import dev.tenon.error.NativeCallException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The part of {@link RecordingBlas} that is cuBLASLt: descriptors, algorithms and products by them. */
abstract class RecordingLt implements Blas {
    /** What some of the algorithms need. */
    private static final long WORKSPACE = 1 << 20;

    final RecordingDriver driver;
    /** Descriptors that are alive, which belong to no context. */
    private final Map<Long, Object> descriptors = new HashMap<>();
    /** Products for which there is no algorithm. */
    boolean hasNoAlgorithm;

    private long nextDescriptor = 0x5000_0000L;
    private final Map<Long, Chosen> algorithms = new HashMap<>();

    private record LtHandle(SimulatedDevice device) {}

    private record Matmul(int computeType, int scaleType, Map<LtAttributes.OfMatmul, Long> set) {
        long get(LtAttributes.OfMatmul attribute) {
            return set.getOrDefault(attribute, attribute == LtAttributes.OfMatmul.EPILOGUE ? 1L : 0L);
        }
    }

    private record Layout(int type, long rows, long columns, long leading, Map<LtAttributes.OfLayout, Long> set) {
        long get(LtAttributes.OfLayout attribute, long otherwise) {
            return set.getOrDefault(attribute, otherwise);
        }
    }

    private record Preference(Map<LtAttributes.OfPreference, Long> set) {
        long get(LtAttributes.OfPreference attribute) {
            Long value = set.get(attribute);
            assertNotNull(value, "a preference that is left to cuBLASLt: " + attribute);
            return value;
        }
    }

    /** What an algorithm was chosen for. */
    private record Chosen(Matmul matmul, int biasAlignment, LtLayouts layouts, Preference preference) {}

    RecordingLt(RecordingDriver driver) {
        this.driver = driver;
    }

    /** Says that a function was called for a product. */
    abstract void multiplied(String function);

    final void assertNothingIsLeft() {
        assertEquals(Map.of(), descriptors, "descriptors that were not destroyed");
    }

    /** A call that concerns the current context; in one that has ended it fails with a status of cuBLAS's own. */
    final SimulatedDevice called(String function) {
        SimulatedDevice device = driver.deviceOf();
        if (device.end != null) {
            throw new NativeCallException(function, 13, "CUBLAS_STATUS_EXECUTION_FAILED", "");
        }
        driver.called(function);
        return device;
    }

    final void assertNoCapture() {
        for (Object object : driver.objects.values()) {
            assertFalse(object instanceof SimulatedStream s && s.captured != null, "a handle is made in a capture");
        }
    }

    /**
     * Checks a product's memory and puts it on a stream, or into what the stream captures.
     *
     * @param workspace which must be there when the stream comes to it; 0 for none
     */
    final void product(String function, SimulatedStream stream, RecordedProduct product, long workspace) {
        SimulatedDevice device = stream.device;
        product.a().check(device, product.batch(), false, function);
        product.b().check(device, product.batch(), false, function);
        product.d().check(device, product.batch(), true, function);
        if (product.beta() != 0) {
            product.c().check(device, product.batch(), false, function);
        }
        if (product.bias() != 0) {
            RecordedMemory.inRange(
                    device,
                    product.bias(),
                    product.d().rows() * product.d().type().blockBytes(),
                    function);
        }
        multiplied(function);
        SimulatedStream.Library work = new SimulatedStream.Library(function, () -> {
            if (workspace != 0) {
                RecordedMemory.bytes(device, workspace, 1, function + "'s workspace");
            }
            product.run(device, function);
        });
        if (stream.captured != null) {
            stream.captured.add(work);
        } else {
            stream.add(work.work());
        }
    }

    private <T> T get(long descriptor, Class<T> type, String function) {
        Object object = descriptors.get(descriptor);
        assertTrue(type.isInstance(object), function + ": the descriptor is " + object);
        return type.cast(object);
    }

    private long make(String function, Object descriptor) {
        called(function);
        nextDescriptor += 0x100;
        descriptors.put(nextDescriptor, descriptor);
        return nextDescriptor;
    }

    private void drop(String function, long descriptor, Class<?> type) {
        get(descriptor, type, function);
        descriptors.remove(descriptor);
        called(function);
    }

    @Override
    public long createLt() {
        synchronized (driver) {
            SimulatedDevice device = called("cublasLtCreate");
            assertNoCapture();
            return driver.make(device, new LtHandle(device));
        }
    }

    @Override
    public void destroyLt(long lt) {
        synchronized (driver) {
            if (driver.deviceOf().end == null) {
                driver.remove(driver.deviceOf(), lt, LtHandle.class, "cublasLtDestroy");
            }
            called("cublasLtDestroy");
        }
    }

    @Override
    public long createMatmul(int computeType, int scaleType) {
        synchronized (driver) {
            boolean wide = computeType == 70 && scaleType == 1;
            assertTrue(wide || computeType == 68 && scaleType == 0, "sums in F32 or F64");
            return make(
                    "cublasLtMatmulDescCreate",
                    new Matmul(computeType, scaleType, new EnumMap<>(LtAttributes.OfMatmul.class)));
        }
    }

    @Override
    public void setMatmul(long matmul, LtAttributes.OfMatmul attribute, long value) {
        synchronized (driver) {
            called("cublasLtMatmulDescSetAttribute");
            get(matmul, Matmul.class, "cublasLtMatmulDescSetAttribute").set.put(attribute, value);
        }
    }

    @Override
    public void destroyMatmul(long matmul) {
        synchronized (driver) {
            drop("cublasLtMatmulDescDestroy", matmul, Matmul.class);
        }
    }

    @Override
    public long createLayout(int type, long rows, long columns, long leading) {
        synchronized (driver) {
            return make(
                    "cublasLtMatrixLayoutCreate",
                    new Layout(type, rows, columns, leading, new EnumMap<>(LtAttributes.OfLayout.class)));
        }
    }

    @Override
    public void setLayout(long layout, LtAttributes.OfLayout attribute, long value) {
        synchronized (driver) {
            called("cublasLtMatrixLayoutSetAttribute");
            get(layout, Layout.class, "cublasLtMatrixLayoutSetAttribute").set.put(attribute, value);
        }
    }

    @Override
    public void destroyLayout(long layout) {
        synchronized (driver) {
            drop("cublasLtMatrixLayoutDestroy", layout, Layout.class);
        }
    }

    @Override
    public long createPreference() {
        synchronized (driver) {
            return make(
                    "cublasLtMatmulPreferenceCreate", new Preference(new EnumMap<>(LtAttributes.OfPreference.class)));
        }
    }

    @Override
    public void setPreference(long preference, LtAttributes.OfPreference attribute, long value) {
        synchronized (driver) {
            called("cublasLtMatmulPreferenceSetAttribute");
            get(preference, Preference.class, "cublasLtMatmulPreferenceSetAttribute")
                    .set
                    .put(attribute, value);
        }
    }

    @Override
    public void destroyPreference(long preference) {
        synchronized (driver) {
            drop("cublasLtMatmulPreferenceDestroy", preference, Preference.class);
        }
    }

    @Override
    public Optional<LtAlgorithm> heuristic(long lt, long matmul, LtLayouts layouts, long preference) {
        synchronized (driver) {
            String function = "cublasLtMatmulAlgoGetHeuristic";
            called(function);
            driver.get(lt, LtHandle.class, function);
            Matmul of = get(matmul, Matmul.class, function);
            Preference wanted = get(preference, Preference.class, function);
            assertEquals(2, wanted.get(LtAttributes.OfPreference.REDUCTION_SCHEME_MASK), "sums stay in F32");
            long allowed = wanted.get(LtAttributes.OfPreference.MAX_WORKSPACE_BYTES);
            if (hasNoAlgorithm) {
                return Optional.empty();
            }
            long number = 77 + algorithms.size();
            int bias = LtPlan.alignment(of.get(LtAttributes.OfMatmul.BIAS_POINTER));
            algorithms.put(number, new Chosen(of, bias, layouts, wanted));
            // Long sums are split, which takes memory.
            Layout a = get(layouts.a(), Layout.class, function);
            long needed = a.rows + a.columns > 200 ? Math.min(allowed, WORKSPACE) : 0;
            return Optional.of(new LtAlgorithm(new long[] {number, 2, 3, 4, 5, 6, 7, 8}, needed));
        }
    }

    @Override
    public void matmul(
            long lt,
            long matmul,
            LtLayouts layouts,
            LtOperands operands,
            LtAlgorithm algorithm,
            long workspace,
            long workspaceBytes,
            long stream) {
        synchronized (driver) {
            String function = "cublasLtMatmul";
            SimulatedDevice device = called(function);
            assertEquals(device, driver.get(lt, LtHandle.class, function).device, "a handle of another context");
            Matmul of = get(matmul, Matmul.class, function);
            Chosen chosen = algorithms.get(algorithm.words()[0]);
            assertNotNull(chosen, "an algorithm that nobody chose");
            assertEquals(chosen.layouts, layouts, "an algorithm for other layouts");
            assertEquals(chosen.matmul, of, "an algorithm for another product");
            checkAlignments(chosen, of, operands);
            assertTrue(workspaceBytes >= algorithm.workspaceBytes(), "less workspace than the algorithm needs");
            if (workspaceBytes > 0) {
                assertEquals(0, workspace % 256, "a workspace at a multiple of 256");
                RecordedMemory.inRange(device, workspace, workspaceBytes, function);
            }
            assertEquals(of.scaleType == 1, operands.wide(), "the type of the scalars");
            Layout a = get(layouts.a(), Layout.class, function);
            Layout d = get(layouts.d(), Layout.class, function);
            long batch = d.get(LtAttributes.OfLayout.BATCH_COUNT, 1);
            long bias = of.get(LtAttributes.OfMatmul.BIAS_POINTER);
            int epilogue = (int) of.get(LtAttributes.OfMatmul.EPILOGUE);
            assertEquals((epilogue & BlasCodes.EPILOGUE_BIAS) != 0, bias != 0, "a bias where there is one");
            RecordingBlas.checkTypes(
                    type(a.type), type(get(layouts.b(), Layout.class, function).type), type(d.type), function);
            product(
                    function,
                    driver.stream(stream, device, function),
                    new RecordedProduct(
                            of.get(LtAttributes.OfMatmul.TRANSA) == 1,
                            of.get(LtAttributes.OfMatmul.TRANSB) == 1,
                            operands.alpha(),
                            place(layouts.a(), operands.a(), batch),
                            place(layouts.b(), operands.b(), batch),
                            operands.beta(),
                            place(layouts.c(), operands.c(), batch),
                            place(layouts.d(), operands.d(), batch),
                            batch,
                            epilogue,
                            bias),
                    workspace);
        }
    }

    private static void checkAlignments(Chosen chosen, Matmul of, LtOperands operands) {
        Preference wanted = chosen.preference;
        assertAligned(operands.a(), wanted.get(LtAttributes.OfPreference.MIN_ALIGNMENT_A_BYTES));
        assertAligned(operands.b(), wanted.get(LtAttributes.OfPreference.MIN_ALIGNMENT_B_BYTES));
        assertAligned(operands.c(), wanted.get(LtAttributes.OfPreference.MIN_ALIGNMENT_C_BYTES));
        assertAligned(operands.d(), wanted.get(LtAttributes.OfPreference.MIN_ALIGNMENT_D_BYTES));
        long bias = of.get(LtAttributes.OfMatmul.BIAS_POINTER);
        if (bias != 0) {
            assertAligned(bias, chosen.biasAlignment);
        }
    }

    private static void assertAligned(long address, long alignment) {
        assertEquals(0, address % alignment, "an algorithm for memory that is aligned to " + alignment);
    }

    private RecordedProduct.Placed place(long layout, long address, long batch) {
        Layout of = get(layout, Layout.class, "cublasLtMatmul");
        assertEquals(batch, of.get(LtAttributes.OfLayout.BATCH_COUNT, 1), "the batch of each layout");
        return new RecordedProduct.Placed(
                address,
                type(of.type),
                of.rows,
                of.columns,
                of.leading,
                of.get(LtAttributes.OfLayout.STRIDED_BATCH_OFFSET, 0));
    }

    private static DType type(int code) {
        return switch (code) {
            case 0 -> DType.F32;
            case 1 -> DType.F64;
            case 2 -> DType.F16;
            case 14 -> DType.BF16;
            default -> throw new AssertionError("type " + code);
        };
    }
}
