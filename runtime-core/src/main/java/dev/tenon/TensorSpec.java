package dev.tenon;

/** A tensor's type and shape: what inference computes with. */
public record TensorSpec(DType dtype, Shape shape) {
    /** For example {@code F32[2, 3]}. */
    @Override
    public String toString() {
        return dtype + shape.toString();
    }
}
