package dev.tenon.op;

import dev.tenon.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What a matmul does with each result before storing it: {@code activation(scale * ab + bias) + residual}.
 *
 * @param scale multiplies the product
 * @param bias [n], F32 or the output's type; may be absent
 * @param residual the output's shape and type, or absent; may be the output itself, which makes the matmul accumulate
 */
public record Epilogue(
        float scale,
        @Nullable Tensor bias,
        Activation activation,
        @Nullable Tensor residual) {
    /** Stores the product as it is. */
    public static final Epilogue NONE = new Epilogue(1, null, Activation.NONE, null);

    /** Whether there is nothing to do. */
    public boolean isNone() {
        return scale == 1 && bias == null && activation == Activation.NONE && residual == null;
    }
}
