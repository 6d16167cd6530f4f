package dev.tenon.models.safetensors;

import dev.tenon.DType;
import dev.tenon.error.DTypeException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The element types of safetensors. A file may hold tensors of a type that Tenon lacks: such a tensor can be listed and
 * its bytes can be had; asking for its {@link #dtype()} is the error.
 */
public enum SafetensorsType {
    BOOL(8, DType.BOOL),
    F4(4, null),
    F6_E2M3(6, null),
    F6_E3M2(6, null),
    U8(8, DType.U8),
    I8(8, DType.I8),
    F8_E5M2(8, null),
    F8_E4M3(8, null),
    F8_E8M0(8, null),
    F8_E4M3FNUZ(8, null),
    F8_E5M2FNUZ(8, null),
    I16(16, DType.I16),
    U16(16, null),
    F16(16, DType.F16),
    BF16(16, DType.BF16),
    I32(32, DType.I32),
    U32(32, null),
    F32(32, DType.F32),
    C64(64, null),
    F64(64, DType.F64),
    I64(64, DType.I64),
    U64(64, null);

    private final int bits;
    private final @Nullable DType dtype;

    SafetensorsType(int bits, @Nullable DType dtype) {
        this.bits = bits;
        this.dtype = dtype;
    }

    /** Bits of one element. */
    public int bits() {
        return bits;
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
            throw new DTypeException("safetensors", "Tenon has no element type for this one", List.of(this));
        }
        return dtype;
    }

    /** The type of a name; empty where the format has none. */
    public static Optional<SafetensorsType> of(String name) {
        for (SafetensorsType type : values()) {
            if (type.name().equals(name)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /**
     * The type under which safetensors stores one of Tenon's.
     *
     * @throws DTypeException if it has none (the block-quantized types)
     */
    public static SafetensorsType of(DType dtype) {
        for (SafetensorsType type : values()) {
            if (type.dtype == dtype) {
                return type;
            }
        }
        throw new DTypeException("safetensors", "the format has no element type for this one", List.of(dtype));
    }
}
