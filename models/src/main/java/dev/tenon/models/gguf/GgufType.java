package dev.tenon.models.gguf;

import dev.tenon.DType;
import dev.tenon.error.DTypeException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tensor element types of GGUF, under ggml's names and codes. A file may hold tensors of a type that Tenon lacks:
 * such a tensor can be listed and its bytes can be had; asking for its {@link #dtype()} is the error.
 */
public enum GgufType {
    F32(0, 1, 4, DType.F32),
    F16(1, 1, 2, DType.F16),
    Q4_0(2, 32, 18, DType.Q4_0),
    Q4_1(3, 32, 20, DType.Q4_1),
    Q5_0(6, 32, 22, DType.Q5_0),
    Q5_1(7, 32, 24, DType.Q5_1),
    Q8_0(8, 32, 34, DType.Q8_0),
    Q8_1(9, 32, 40, null),
    Q2_K(10, 256, 84, null),
    Q3_K(11, 256, 110, null),
    Q4_K(12, 256, 144, DType.Q4_K),
    Q5_K(13, 256, 176, DType.Q5_K),
    Q6_K(14, 256, 210, DType.Q6_K),
    Q8_K(15, 256, 292, null),
    IQ2_XXS(16, 256, 66, null),
    IQ2_XS(17, 256, 74, null),
    IQ3_XXS(18, 256, 98, null),
    IQ1_S(19, 256, 50, null),
    IQ4_NL(20, 32, 18, null),
    IQ3_S(21, 256, 110, null),
    IQ2_S(22, 256, 82, null),
    IQ4_XS(23, 256, 136, null),
    I8(24, 1, 1, DType.I8),
    I16(25, 1, 2, DType.I16),
    I32(26, 1, 4, DType.I32),
    I64(27, 1, 8, DType.I64),
    F64(28, 1, 8, DType.F64),
    IQ1_M(29, 256, 56, null),
    BF16(30, 1, 2, DType.BF16),
    TQ1_0(34, 256, 54, null),
    TQ2_0(35, 256, 66, null),
    MXFP4(39, 32, 17, null),
    NVFP4(40, 64, 36, null),
    Q1_0(41, 128, 18, null);

    private static final @Nullable GgufType[] BY_CODE = byCode();

    private final int code;
    private final int blockSize;
    private final int blockBytes;
    private final @Nullable DType dtype;

    GgufType(int code, int blockSize, int blockBytes, @Nullable DType dtype) {
        this.code = code;
        this.blockSize = blockSize;
        this.blockBytes = blockBytes;
        this.dtype = dtype;
    }

    /** The number that stands for this type in a file. */
    public int code() {
        return code;
    }

    /** Elements in one block; 1 for plain types. */
    public int blockSize() {
        return blockSize;
    }

    /** Bytes of one block. */
    public int blockBytes() {
        return blockBytes;
    }

    /** Whether Tenon has this type. */
    public boolean isSupported() {
        return dtype != null;
    }

    /**
     * Tenon's type for this one.
     *
     * @throws DTypeException if Tenon has none
     */
    public DType dtype() {
        if (dtype == null) {
            throw new DTypeException("gguf", "Tenon has no element type for this one", List.of(this));
        }
        return dtype;
    }

    /** The type that a code stands for; empty for codes never assigned, or withdrawn (4, 5, 31 to 33, 36 to 38). */
    public static Optional<GgufType> of(int code) {
        return code < 0 || code >= BY_CODE.length ? Optional.empty() : Optional.ofNullable(BY_CODE[code]);
    }

    /**
     * The type under which GGUF stores one of Tenon's.
     *
     * @throws DTypeException if GGUF has none (it lacks {@code U8} and {@code BOOL})
     */
    public static GgufType of(DType dtype) {
        for (GgufType type : values()) {
            if (type.dtype == dtype) {
                return type;
            }
        }
        throw new DTypeException("gguf", "GGUF has no element type for this one", List.of(dtype));
    }

    private static @Nullable GgufType[] byCode() {
        @Nullable GgufType[] table = new @Nullable GgufType[Q1_0.code + 1];
        for (GgufType type : values()) {
            table[type.code] = type;
        }
        return table;
    }
}
