package dev.tenon.kernels.plan;

import dev.tenon.Shape;
import dev.tenon.Tensor;

/** What kernels with one work item an element have in common: storages, then further arguments, then the loop. */
final class PortableElementwise {
    private PortableElementwise() {}

    /** Over {@code shape}, with the tensors as the kernel's first parameters. */
    static void run(Work work, String file, String kernel, String defines, Shape shape, Tensor... tensors) {
        Loop loop = Loop.over(shape, tensors);
        String form = areHot(tensors) ? loop.defines() : loop.generalDefines();
        Launch launch = work.launch(file, kernel, defines + " " + form);
        for (Tensor tensor : tensors) {
            launch.storage(tensor);
        }
        launch.loop(loop).elements(loop.count());
    }

    private static boolean areHot(Tensor[] tensors) {
        for (Tensor tensor : tensors) {
            if (!isHot(tensor)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isHot(Tensor tensor) {
        return switch (tensor.dtype()) {
            case F32, F16, BF16, BOOL -> true;
            case F64, I64, I32, I16, I8, U8 -> false;
            case Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K -> false;
        };
    }
}
