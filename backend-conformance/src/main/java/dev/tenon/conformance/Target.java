package dev.tenon.conformance;

import dev.tenon.DType;
import dev.tenon.Layout;
import dev.tenon.Shape;
import dev.tenon.conformance.reference.NumberFormat;
import dev.tenon.conformance.reference.Offsets;
import dev.tenon.conformance.reference.Values;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.random.RandomGenerator;

/** An operand being filled: elements are addressed in row-major order and land where the layout says. */
public final class Target {
    private final DType dtype;
    private final Layout layout;
    private final MemorySegment memory;
    private final RandomGenerator random;
    private final Map<String, Values> earlier;

    Target(DType dtype, Layout layout, MemorySegment memory, RandomGenerator random, Map<String, Values> earlier) {
        this.dtype = dtype;
        this.layout = layout;
        this.memory = memory;
        this.random = random;
        this.earlier = earlier;
    }

    public DType dtype() {
        return dtype;
    }

    public Shape shape() {
        return layout.shape();
    }

    public long count() {
        return shape().elements();
    }

    public RandomGenerator random() {
        return random;
    }

    /** An operand that was listed, and so filled, before this one. */
    public Values earlier(String operand) {
        Values values = earlier.get(operand);
        if (values == null) {
            throw new IllegalArgumentException("no earlier operand " + operand);
        }
        return values;
    }

    /** Sets an element to the nearest value of the type. */
    public void real(long index, double value) {
        bits(index, NumberFormat.bitsOfReal(dtype, value));
    }

    /** Sets an element of an integer type or BOOL. */
    public void whole(long index, long value) {
        bits(index, NumberFormat.bitsOfWhole(dtype, value));
    }

    /** Sets an element's bits. */
    public void bits(long index, long bits) {
        long place = layout.isContiguous() ? layout.offset() + index : Offsets.at(layout, index);
        NumberFormat.write(dtype, memory, place * dtype.blockBytes(), bits);
    }

    /** Sets a whole block of a quantized type. */
    public void block(long index, byte[] block) {
        long place = Offsets.at(layout, index * dtype.blockSize()) / dtype.blockSize();
        MemorySegment.copy(block, 0, memory, ValueLayout.JAVA_BYTE, place * block.length, block.length);
    }
}
