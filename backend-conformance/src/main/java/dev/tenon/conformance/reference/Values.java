package dev.tenon.conformance.reference;

import dev.tenon.DType;
import dev.tenon.Layout;
import dev.tenon.Shape;
import dev.tenon.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/** An operand's elements in row-major order, read off its storage's bytes by way of its layout. */
public final class Values {
    private final DType dtype;
    private final Shape shape;
    /** One an element; none for quantized types. */
    private final long[] bits;
    /** Quantized types: whole blocks in row-major order. */
    private final byte[] blocks;

    private double @Nullable [] reals;

    private Values(DType dtype, Shape shape, long[] bits, byte[] blocks) {
        this.dtype = dtype;
        this.shape = shape;
        this.bits = bits;
        this.blocks = blocks;
    }

    /** Downloads the part of the storage that the layout touches, and reads it. */
    public static Values read(Tensor tensor) {
        Layout layout = tensor.layout();
        DType dtype = tensor.dtype();
        if (tensor.shape().elements() == 0) {
            return new Values(dtype, tensor.shape(), new long[0], new byte[0]);
        }
        long block = dtype.blockSize();
        long first = Math.floorDiv(layout.first(), block) * block;
        long end = Math.ceilDiv(layout.end(), block) * block;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(dtype.bytes(end - first), 64);
            tensor.device().backend().download(tensor.buffer(), dtype.bytes(first), memory);
            return of(dtype, layout, memory, first);
        }
    }

    /**
     * @param memory the storage's bytes
     * @param first the element that lies at {@code memory}'s start
     */
    public static Values of(DType dtype, Layout layout, MemorySegment memory, long first) {
        if (dtype.isQuantized()) {
            return new Values(dtype, layout.shape(), new long[0], blocks(dtype, layout, memory, first));
        }
        long[] bits = Offsets.of(layout);
        int bytes = dtype.blockBytes();
        for (int i = 0; i < bits.length; i++) {
            bits[i] = NumberFormat.read(dtype, memory, (bits[i] - first) * bytes);
        }
        return new Values(dtype, layout.shape(), bits, new byte[0]);
    }

    private static byte[] blocks(DType dtype, Layout layout, MemorySegment memory, long first) {
        int size = dtype.blockSize();
        int bytes = dtype.blockBytes();
        int count = Math.toIntExact(layout.shape().elements() / size);
        byte[] blocks = new byte[Math.multiplyExact(count, bytes)];
        for (int i = 0; i < count; i++) {
            long place = (Offsets.at(layout, (long) i * size) - first) / size;
            MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, place * bytes, blocks, i * bytes, bytes);
        }
        return blocks;
    }

    public DType dtype() {
        return dtype;
    }

    public Shape shape() {
        return shape;
    }

    /** The number of elements. */
    public int count() {
        return Math.toIntExact(shape.elements());
    }

    /** The size of one axis; negative axes count from the innermost. */
    public int size(int axis) {
        return Math.toIntExact(shape.size(axis));
    }

    /** Each element's own bits. Plain types only. */
    public long[] bits() {
        return bits;
    }

    /** Whole blocks, in row-major order. Quantized types only. */
    public byte[] blocks() {
        return blocks;
    }

    /** Every element as a number, dequantized where that is what it takes. Not to be written to. */
    public double[] reals() {
        double[] cached = reals;
        if (cached == null) {
            if (dtype.isQuantized()) {
                cached = Blocks.dequantize(dtype, blocks);
            } else {
                cached = new double[bits.length];
                for (int i = 0; i < cached.length; i++) {
                    cached[i] = NumberFormat.real(dtype, bits[i]);
                }
            }
            reals = cached;
        }
        return cached;
    }

    /** One element of an integer type or BOOL. */
    public long whole(int index) {
        return NumberFormat.whole(dtype, bits[index]);
    }
}
