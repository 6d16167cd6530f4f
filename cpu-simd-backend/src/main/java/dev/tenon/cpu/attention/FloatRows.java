package dev.tenon.cpu.attention;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.OffHeap.ALL;
import static dev.tenon.cpu.OffHeap.ORDER;

import dev.tenon.DType;
import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.math.HalfPrecision;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Rows of any type that attention reads, widened to dense F32, and dense F32 rows narrowed to what it writes. */
final class FloatRows {
    private static final VectorSpecies<Float> S = Panels.SPECIES;
    private static final int LANES = Panels.LANES;
    private static final int Q8_BLOCK = 32;
    private static final int Q8_BYTES = 34;

    /** 8 lanes at most: a byte vector has 64 bits at least. */
    private static final VectorSpecies<Float> Q8_S = LANES == 4 ? FloatVector.SPECIES_128 : FloatVector.SPECIES_256;

    private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, VectorShape.S_64_BIT);

    private FloatRows() {}

    /**
     * Widens a row.
     *
     * @param row its element 0
     * @param stride bytes between its elements; not used for quantized types
     * @param n elements
     * @param to n dense F32
     */
    static void read(DType dtype, long row, long stride, int n, long to) {
        if (dtype == DType.Q8_0) {
            readQ8(row, n, to);
            return;
        }
        if (stride != dtype.blockBytes()) {
            for (int i = 0; i < n; i++) {
                OffHeap.setFloat(to + i * 4L, (float) Scalars.load(dtype, row, stride, i));
            }
            return;
        }
        if (dtype == DType.F32) {
            readF32(row, n, to);
        } else if (dtype == DType.F16) {
            readF16(row, n, to);
        } else {
            readBf16(row, n, to);
        }
    }

    private static void readF32(long row, int n, long to) {
        long f = row & ADDRESS_MASK;
        long t = to & ADDRESS_MASK;
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            FloatVector.fromMemorySegment(S, ALL, f + i * 4L, ORDER).intoMemorySegment(ALL, t + i * 4L, ORDER);
        }
        for (; i < n; i++) {
            OffHeap.setFloat(t + i * 4L, OffHeap.getFloat(f + i * 4L));
        }
    }

    private static void readF16(long row, int n, long to) {
        long f = row & ADDRESS_MASK;
        long t = to & ADDRESS_MASK;
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            HalfPrecision.loadF16(f + i * 2L).intoMemorySegment(ALL, t + i * 4L, ORDER);
        }
        for (; i < n; i++) {
            OffHeap.setFloat(t + i * 4L, Float.float16ToFloat(OffHeap.getShort(f + i * 2L)));
        }
    }

    private static void readBf16(long row, int n, long to) {
        long f = row & ADDRESS_MASK;
        long t = to & ADDRESS_MASK;
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            HalfPrecision.loadBf16(f + i * 2L).intoMemorySegment(ALL, t + i * 4L, ORDER);
        }
        for (; i < n; i++) {
            OffHeap.setInt(t + i * 4L, OffHeap.getShort(f + i * 2L) << 16);
        }
    }

    private static void readQ8(long row, int n, long to) {
        long f = row & ADDRESS_MASK;
        long t = to & ADDRESS_MASK;
        for (int block = 0; block < n / Q8_BLOCK; block++) {
            FloatVector scale = FloatVector.broadcast(Q8_S, Float.float16ToFloat(OffHeap.getShort(f)));
            for (int i = 0; i < Q8_BLOCK; i += 8) {
                ByteVector bytes = ByteVector.fromMemorySegment(BYTES, ALL, f + 2 + i, ORDER);
                for (int part = 0; part < 8 / Q8_S.length(); part++) {
                    FloatVector values = (FloatVector) bytes.convertShape(VectorOperators.B2F, Q8_S, part);
                    values.mul(scale).intoMemorySegment(ALL, t + (i + part * Q8_S.length()) * 4L, ORDER);
                }
            }
            f = f + Q8_BYTES & ADDRESS_MASK;
            t = t + Q8_BLOCK * 4 & ADDRESS_MASK;
        }
    }

    /** Whether the {@code n} dense F32 elements of a row are finite. */
    static boolean isFinite(long row, int n) {
        long f = row & ADDRESS_MASK;
        FloatVector zero = FloatVector.zero(S);
        FloatVector test = zero;
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            test = FloatVector.fromMemorySegment(S, ALL, f + i * 4L, ORDER).fma(zero, test);
        }
        float rest = test.reduceLanes(VectorOperators.ADD);
        for (; i < n; i++) {
            rest += OffHeap.getFloat(f + i * 4L) * 0;
        }
        return rest == 0;
    }

    /**
     * Narrows a row, rounding to nearest even.
     *
     * @param from n dense F32
     * @param row element 0 of what is written
     * @param stride bytes between its elements
     */
    static void write(DType dtype, long from, int n, long row, long stride) {
        if (dtype == DType.F32 && stride == 4) {
            readF32(from, n, row);
            return;
        }
        for (int i = 0; i < n; i++) {
            Scalars.store(dtype, row + i * stride, OffHeap.getFloat(from + i * 4L));
        }
    }
}
