package dev.tenon.models.gguf;

import dev.tenon.DType;
import dev.tenon.Shape;
import dev.tenon.error.DTypeException;
import dev.tenon.models.weights.WeightInfo;
import java.util.List;

/**
 * One line of a GGUF file's tensor table.
 *
 * @param shape outermost axis first (GGUF stores the innermost first)
 * @param part which file of a split model holds it, counted from 0
 * @param offset its first byte in that file
 * @param byteSize of its data
 */
public record GgufTensor(String name, Shape shape, GgufType type, int part, long offset, long byteSize)
        implements WeightInfo {
    @Override
    public String typeName() {
        return type.name();
    }

    @Override
    public DType dtype() {
        if (!type.isSupported()) {
            throw new DTypeException("tensor " + name, "Tenon has no element type for GGUF's", List.of(type));
        }
        return type.dtype();
    }
}
