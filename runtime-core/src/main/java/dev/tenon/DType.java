package dev.tenon;

import dev.tenon.error.DTypeException;
import java.util.List;

/**
 * The type of a tensor's elements.
 *
 * <p>Plain types store one element after another. Block-quantized types (those of GGUF) store {@link #blockSize()}
 * consecutive elements of the last axis in {@link #blockBytes()} bytes; such a row's length is a multiple of the block
 * and its elements are contiguous. All values are little-endian.
 *
 * <p>Block formats: the GGUF specification and {@code ggml-common.h} of ggml, which documents each field's place.
 */
public enum DType {
    F64(Kind.FLOAT, 1, 8),
    F32(Kind.FLOAT, 1, 4),
    /** IEEE 754 binary16. */
    F16(Kind.FLOAT, 1, 2),
    /** The upper half of an F32. */
    BF16(Kind.FLOAT, 1, 2),
    I64(Kind.INTEGER, 1, 8),
    I32(Kind.INTEGER, 1, 4),
    I16(Kind.INTEGER, 1, 2),
    I8(Kind.INTEGER, 1, 1),
    U8(Kind.INTEGER, 1, 1),
    /** One byte: 0 is false, 1 is true; nothing else is written. */
    BOOL(Kind.BOOLEAN, 1, 1),
    /** 32 signed bytes with one F16 scale. */
    Q8_0(Kind.QUANTIZED, 32, 34),
    /** 32 nibbles, offset by 8, with one F16 scale. */
    Q4_0(Kind.QUANTIZED, 32, 18),
    /** 32 nibbles with one F16 scale and one F16 minimum. */
    Q4_1(Kind.QUANTIZED, 32, 20),
    /** 32 five-bit values, offset by 16, with one F16 scale. */
    Q5_0(Kind.QUANTIZED, 32, 22),
    /** 32 five-bit values with one F16 scale and one F16 minimum. */
    Q5_1(Kind.QUANTIZED, 32, 24),
    /** 256 nibbles in 8 sub-blocks with six-bit scales and minimums under one F16 scale each. */
    Q4_K(Kind.QUANTIZED, 256, 144),
    /** 256 five-bit values in 8 sub-blocks with six-bit scales and minimums under one F16 scale each. */
    Q5_K(Kind.QUANTIZED, 256, 176),
    /** 256 six-bit values in 16 sub-blocks with eight-bit scales under one F16 scale. */
    Q6_K(Kind.QUANTIZED, 256, 210);

    /** How a type's bits are to be read. */
    public enum Kind {
        FLOAT,
        INTEGER,
        BOOLEAN,
        QUANTIZED
    }

    private final Kind kind;
    private final int blockSize;
    private final int blockBytes;

    DType(Kind kind, int blockSize, int blockBytes) {
        this.kind = kind;
        this.blockSize = blockSize;
        this.blockBytes = blockBytes;
    }

    public Kind kind() {
        return kind;
    }

    /** Elements in one block; 1 for plain types. */
    public int blockSize() {
        return blockSize;
    }

    /** Bytes of one block; of one element for plain types. */
    public int blockBytes() {
        return blockBytes;
    }

    public boolean isFloat() {
        return kind == Kind.FLOAT;
    }

    public boolean isInteger() {
        return kind == Kind.INTEGER;
    }

    public boolean isQuantized() {
        return kind == Kind.QUANTIZED;
    }

    /**
     * Bytes that {@code elements} consecutive elements take.
     *
     * @throws DTypeException if a quantized type's block does not divide {@code elements}
     * @throws ArithmeticException if the size passes 2^63 - 1
     */
    public long bytes(long elements) {
        if (blockSize == 1) {
            return Math.multiplyExact(elements, (long) blockBytes);
        }
        if (elements % blockSize != 0) {
            throw new DTypeException(
                    "layout",
                    elements + " elements are not a whole number of " + blockSize + "-element blocks",
                    List.of(this));
        }
        return Math.multiplyExact(elements / blockSize, (long) blockBytes);
    }
}
