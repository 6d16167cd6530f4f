package dev.tenon.opencl.op;

import dev.tenon.Shape;
import dev.tenon.Tensor;
import dev.tenon.opencl.Launch;
import dev.tenon.opencl.Loop;
import dev.tenon.opencl.Work;

/** What kernels with one work item an element have in common: storages, then further arguments, then the loop. */
final class OpenClElementwise {
    private OpenClElementwise() {}

    /** Over {@code shape}, with the tensors as the kernel's first parameters. */
    static void run(Work work, String file, String kernel, String defines, Shape shape, Tensor... tensors) {
        Loop loop = Loop.over(shape, tensors);
        Launch launch = work.launch(file, kernel, defines.isEmpty() ? loop.defines() : defines + " " + loop.defines());
        for (Tensor tensor : tensors) {
            launch.storage(tensor);
        }
        launch.loop(loop).elements(loop.count());
    }
}
