package dev.tenon.models.weights;

import dev.tenon.DType;
import dev.tenon.Shape;
import dev.tenon.error.DTypeException;

/** What a file says about one of its tensors. */
public interface WeightInfo {
    String name();

    /** The sizes, outermost axis first, whatever order the format stores them in. */
    Shape shape();

    /** The element type by the format's own name for it; present also for types that Tenon lacks. */
    String typeName();

    /**
     * The element type.
     *
     * @throws DTypeException if Tenon has no such type; the message names the tensor and the format's type
     */
    DType dtype();

    /** Bytes that the tensor's data takes in the file. */
    long byteSize();
}
