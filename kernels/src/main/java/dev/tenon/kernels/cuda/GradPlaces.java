package dev.tenon.kernels.cuda;

import dev.tenon.Tensor;
import java.util.List;

/** Where gradients go. */
final class GradPlaces {
    private GradPlaces() {}

    /** The structure {@code GradPlaces}: of two tensors the base and the strides of batch, head and position. */
    static CudaArgument of(Tensor first, Tensor second) {
        long[] fields = new long[8];
        int at = 0;
        for (Tensor tensor : List.of(first, second)) {
            fields[at++] = tensor.layout().offset();
            for (int axis = 0; axis < 3; axis++) {
                fields[at++] = tensor.layout().stride(axis);
            }
        }
        return new CudaArgument.Fields(fields);
    }
}
