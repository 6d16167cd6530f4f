package dev.tenon.cpu.gemm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.tenon.DType;
import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.thread.ThreadTeam;
import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** A random product with guard bytes round its result, checked against double precision. */
final class Product {
    private static final long GUARD = 256;
    private static final byte SENTINEL = 0x5a;

    interface Finish {
        double apply(double value, int row, int column);
    }

    /** Where the operands lie. */
    record Memory(Arena arena, MatrixView a, MatrixView b, MatrixView c, long start, long bytes, float[] old)
            implements AutoCloseable {
        @Override
        public void close() {
            arena.close();
        }
    }

    private final int m;
    private final int n;
    private final int k;
    private String transposes = "NN";
    private DType typeA = DType.F32;
    private DType typeB = DType.F32;
    private DType typeC = DType.F32;
    private int pad;
    private int step = 1;
    private long seed = 1;
    private boolean accumulate;
    private int poisonRow = -1;
    private float poison;
    private @Nullable RowEpilogue epilogue;
    private Finish finish = (value, row, column) -> value;

    private Product(int m, int n, int k) {
        this.m = m;
        this.n = n;
        this.k = k;
    }

    static Product of(int m, int n, int k) {
        return new Product(m, n, k);
    }

    Product transposes(String value) {
        transposes = value;
        return this;
    }

    Product types(DType a, DType b, DType c) {
        typeA = a;
        typeB = b;
        typeC = c;
        return this;
    }

    /** Unused elements at the end of every line, of C's too. */
    Product padded(int value) {
        pad = value;
        return this;
    }

    /** Elements from one to the next along a line, in every matrix. */
    Product stepped(int value) {
        step = value;
        return this;
    }

    Product seed(long value) {
        seed = value;
        return this;
    }

    Product accumulate(boolean value) {
        accumulate = value;
        return this;
    }

    Product epilogue(RowEpilogue value, Finish expected) {
        epilogue = value;
        finish = expected;
        return this;
    }

    /** Puts a value into one row of A. */
    Product poison(int row, float value) {
        poisonRow = row;
        poison = value;
        return this;
    }

    private MatrixView view(Arena arena, DType type, int rows, int columns, boolean transposed) {
        long line = (long) (transposed ? rows : columns) * step + pad;
        long lines = transposed ? columns : rows;
        long bytes = Math.max(1, line * lines) * type.blockBytes();
        long address = arena.allocate(bytes + 2 * GUARD, 64).address() + GUARD;
        return new MatrixView(address, type, transposed ? step : line, transposed ? line : step);
    }

    @SuppressWarnings("MustBeClosedChecker") // the Memory closes it
    Memory allocate() {
        Arena arena = Arena.ofShared();
        MatrixView a = view(arena, typeA, m, k, transposes.charAt(0) == 'T');
        MatrixView b = view(arena, typeB, k, n, transposes.charAt(1) == 'T');
        MatrixView c = view(arena, typeC, m, n, false);
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < k; i++) {
            for (int j = 0; j < n; j++) {
                set(b, i, j, (float) random.nextDouble(-1, 1));
            }
        }
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < k; j++) {
                set(a, i, j, (float) random.nextDouble(-1, 1));
            }
        }
        if (poisonRow >= 0) {
            set(a, poisonRow, k / 2, poison);
        }
        long bytes = Math.max(1, m * c.rowStride()) * typeC.blockBytes() + 2 * GUARD;
        for (long i = 0; i < bytes; i++) {
            OffHeap.setByte(c.address() - GUARD + i, SENTINEL);
        }
        float[] old = new float[m * n];
        for (int i = 0; accumulate && i < m; i++) {
            for (int j = 0; j < n; j++) {
                set(c, i, j, (float) random.nextDouble(-1, 1));
                old[i * n + j] = get(c, i, j);
            }
        }
        return new Memory(arena, a, b, c, c.address() - GUARD, bytes, old);
    }

    /** C, row after row. */
    float[] run(ThreadTeam team) {
        try (Memory memory = allocate()) {
            Gemm.run(arguments(memory), team);
            float[] result = new float[m * n];
            for (int i = 0; i < m * n; i++) {
                result[i] = get(memory.c(), i / n, i % n);
            }
            return result;
        }
    }

    private GemmArguments arguments(Memory memory) {
        return new GemmArguments(m, n, k, memory.a(), memory.b(), memory.c(), accumulate, false, epilogue);
    }

    void check(ThreadTeam team) {
        try (Memory memory = allocate()) {
            Gemm.run(arguments(memory), team);
            checkResult(memory);
        }
    }

    void checkResult(Memory memory) {
        float[] a = new float[m * k];
        for (int i = 0; i < m; i++) {
            for (int p = 0; p < k; p++) {
                a[i * k + p] = get(memory.a(), i, p);
            }
        }
        float[] b = new float[n * k];
        for (int j = 0; j < n; j++) {
            for (int p = 0; p < k; p++) {
                b[j * k + p] = get(memory.b(), p, j);
            }
        }
        double unit = typeC == DType.BF16 ? 0x1p-8 : typeC == DType.F16 ? 0x1p-11 : 0x1p-24;
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double sum = memory.old()[i * n + j];
                double size = Math.abs(sum);
                for (int p = 0; p < k; p++) {
                    double term = (double) a[i * k + p] * b[j * k + p];
                    sum += term;
                    size += Math.abs(term);
                }
                double expected = finish.apply(sum, i, j);
                // The sum's own rounding, walking at random over k steps, then the epilogue's and the store's.
                double tolerance = 3 * 0x1p-24 * size * (epilogue == null ? 2 : 4)
                        + 2 * unit * (Math.abs(expected) + 1e-3)
                        + i * 1e-6;
                float actual = get(memory.c(), i, j);
                if (Double.isNaN(expected) || Double.isInfinite(expected)) {
                    assertEquals((float) expected, actual, describe(i, j));
                } else if (!(Math.abs(actual - expected) <= tolerance)) {
                    fail(describe(i, j) + ": " + actual + " where " + expected + " was due, tolerance " + tolerance);
                }
            }
        }
        checkUntouched(memory);
    }

    private void checkUntouched(Memory memory) {
        MatrixView c = memory.c();
        int size = typeC.blockBytes();
        boolean[] written = new boolean[(int) memory.bytes()];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                int at = (int) (c.addressOf(i, j) - memory.start());
                for (int s = 0; s < size; s++) {
                    written[at + s] = true;
                }
            }
        }
        for (int i = 0; i < written.length; i++) {
            if (!written[i] && OffHeap.getByte(memory.start() + i) != SENTINEL) {
                fail(describe(0, 0) + ": wrote outside the result, byte " + (i - GUARD));
            }
        }
    }

    private String describe(int i, int j) {
        return "%dx%dx%d %s %s %s %s pad %d step %d seed %d accumulate %s at (%d, %d)"
                .formatted(m, n, k, transposes, typeA, typeB, typeC, pad, step, seed, accumulate, i, j);
    }

    static float get(MatrixView view, int row, int column) {
        long at = view.addressOf(row, column);
        return switch (view.type()) {
            case F32 -> OffHeap.getFloat(at);
            case BF16 -> Float.intBitsToFloat(OffHeap.getShort(at) << 16);
            case F16 -> Float.float16ToFloat(OffHeap.getShort(at));
            default -> throw new IllegalArgumentException(view.type().toString());
        };
    }

    static void set(MatrixView view, int row, int column, float value) {
        long at = view.addressOf(row, column);
        switch (view.type()) {
            case F32 -> OffHeap.setFloat(at, value);
            case BF16 -> OffHeap.setShort(at, (short) (Float.floatToRawIntBits(value) >>> 16));
            case F16 -> OffHeap.setShort(at, Float.floatToFloat16(value));
            default -> throw new IllegalArgumentException(view.type().toString());
        }
    }
}
