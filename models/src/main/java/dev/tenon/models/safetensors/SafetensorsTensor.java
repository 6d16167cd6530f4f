package dev.tenon.models.safetensors;

import dev.tenon.DType;
import dev.tenon.Shape;
import dev.tenon.error.DTypeException;
import dev.tenon.models.weights.WeightInfo;
import java.util.List;

/**
 * One entry of a safetensors header.
 *
 * @param shape outermost axis first
 * @param shard which file of a sharded checkpoint holds it, counted from 0
 * @param offset its first byte in that file
 * @param byteSize of its data
 */
public record SafetensorsTensor(String name, Shape shape, SafetensorsType type, int shard, long offset, long byteSize)
        implements WeightInfo {
    @Override
    public String typeName() {
        return type.name();
    }

    @Override
    public DType dtype() {
        if (!type.isSupported()) {
            throw new DTypeException("tensor " + name, "Tenon has no element type for safetensors'", List.of(type));
        }
        return type.dtype();
    }
}
