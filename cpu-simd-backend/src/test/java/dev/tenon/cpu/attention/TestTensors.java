package dev.tenon.cpu.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Shape;
import dev.tenon.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Tensors in awkward places: inside larger storages of sentinels, with permuted, stretched or plain strides. */
final class TestTensors {
    /** How a tensor's elements lie. */
    enum Place {
        /** Row-major. */
        PLAIN,
        /** The two middle axes exchanged: [b, h, t, d] as a view of [b, t, h, d]. */
        HEADS_INSIDE,
        /** Every second element of the last axis. */
        STRETCHED
    }

    private static final byte SENTINEL = (byte) 0xA5;
    private static final long MARGIN = 64;

    final Device device = HostDevice.open();
    final Random random;
    private final List<Guarded> guarded = new ArrayList<>();

    private record Guarded(Tensor storage, Tensor view) {}

    TestTensors(long seed) {
        this.random = new Random(seed);
    }

    /** A tensor of sentinels; {@link #checkSentinels} later finds what was written outside the view. */
    Tensor empty(DType dtype, Place place, long... sizes) {
        long[] inner = sizes.clone();
        int last = sizes.length - 1;
        Place applied = dtype.isQuantized() && place == Place.STRETCHED ? Place.PLAIN : place;
        if (applied == Place.HEADS_INSIDE) {
            inner[last - 2] = sizes[last - 1];
            inner[last - 1] = sizes[last - 2];
        } else if (applied == Place.STRETCHED) {
            inner[last] *= 2;
        }
        long elements = Shape.of(inner).elements();
        Tensor storage = Tensor.empty(device, dtype, elements + 2 * MARGIN);
        storage.segment().fill(SENTINEL);
        Tensor view = storage.slice(0, MARGIN, MARGIN + elements).split(0, inner);
        if (applied == Place.HEADS_INSIDE) {
            view = view.transpose(last - 2, last - 1);
        } else if (applied == Place.STRETCHED) {
            view = view.slice(last, 0, inner[last], 2);
        }
        guarded.add(new Guarded(storage, view));
        return view;
    }

    /** Normal values times {@code scale}, rounded to the type. */
    Tensor normal(DType dtype, Place place, double scale, long... sizes) {
        Tensor tensor = empty(dtype, place, sizes);
        if (dtype == DType.Q8_0) {
            MemorySegment segment = tensor.segment();
            for (long at = 0; at + 34 <= segment.byteSize(); at += 34) {
                segment.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, Float.floatToFloat16((float)
                        (scale * (0.01 + 0.02 * random.nextDouble()))));
                for (int i = 0; i < 32; i++) {
                    segment.set(ValueLayout.JAVA_BYTE, at + 2 + i, (byte) (random.nextInt(255) - 127));
                }
            }
            return tensor;
        }
        long[] index = new long[sizes.length];
        for (long i = 0; i < tensor.shape().elements(); i++) {
            set(tensor, index, random.nextGaussian() * scale);
            next(index, sizes);
        }
        return tensor;
    }

    Tensor ints(int... values) {
        return Tensor.of(device, values);
    }

    static void set(Tensor tensor, long[] index, double value) {
        Scalars.store(tensor.dtype(), address(tensor, index), value);
    }

    static double get(Tensor tensor, long... index) {
        if (tensor.dtype() == DType.Q8_0) {
            long[] row = index.clone();
            row[row.length - 1] = 0;
            long element = element(tensor, row);
            long base = tensor.segment().address() + DType.Q8_0.bytes(element);
            return Scalars.load(DType.Q8_0, base, 0, (int) index[index.length - 1]);
        }
        return Scalars.load(tensor.dtype(), address(tensor, index), 0, 0);
    }

    /** All elements in row-major order. */
    static double[] values(Tensor tensor) {
        double[] values = new double[(int) tensor.shape().elements()];
        long[] sizes = tensor.shape().sizes();
        long[] index = new long[sizes.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = get(tensor, index);
            next(index, sizes);
        }
        return values;
    }

    private static long address(Tensor tensor, long[] index) {
        return tensor.segment().address()
                + element(tensor, index) * tensor.dtype().blockBytes();
    }

    private static long element(Tensor tensor, long[] index) {
        long element = tensor.layout().offset();
        for (int i = 0; i < index.length; i++) {
            element += index[i] * tensor.layout().stride(i);
        }
        return element;
    }

    static void next(long[] index, long[] sizes) {
        for (int i = sizes.length - 1; i >= 0; i--) {
            if (++index[i] < sizes[i]) {
                return;
            }
            index[i] = 0;
        }
    }

    /** Fails if a byte outside the guarded views changed; quantized tensors, which nothing here writes, are left out. */
    void checkSentinels() {
        for (Guarded pair : guarded) {
            if (pair.view.dtype().isQuantized()) {
                continue;
            }
            int width = pair.view.dtype().blockBytes();
            MemorySegment segment = pair.storage.segment();
            boolean[] inside = new boolean[(int) (segment.byteSize() / width)];
            long[] sizes = pair.view.shape().sizes();
            long[] index = new long[sizes.length];
            for (long i = 0; i < pair.view.shape().elements(); i++) {
                inside[(int) element(pair.view, index)] = true;
                next(index, sizes);
            }
            for (long i = 0; i < segment.byteSize(); i++) {
                if (!inside[(int) (i / width)]) {
                    assertEquals(
                            SENTINEL,
                            segment.get(ValueLayout.JAVA_BYTE, i),
                            () -> "written outside " + pair.view.layout());
                }
            }
        }
    }
}
