package dev.tenon.kernels.plan;

import dev.tenon.DType;
import dev.tenon.Shape;
import dev.tenon.Tensor;

/** What kernels with a work item for an element, or for a few neighbours, have in common: storages, then further arguments, then the loop. */
final class PortableElementwise {
    private PortableElementwise() {}

    /**
     * How a kernel goes through its elements.
     *
     * @param defines the macros
     * @param vector how many an item has
     */
    record Form(String defines, int vector) {}

    /** Over {@code shape}, with the tensors as the kernel's first parameters. */
    static void run(Work work, String file, String kernel, String defines, Shape shape, Tensor... tensors) {
        run(work, file, kernel, defines, 0, shape, tensors);
    }

    /** @param standing a bit for each operand of which the kernel takes one element for all of an item's, where that is so */
    static void run(
            Work work, String file, String kernel, String defines, int standing, Shape shape, Tensor... tensors) {
        Loop loop = Loop.over(shape, tensors);
        Form form = form(work, loop, standing, tensors);
        Launch launch = work.launch(file, kernel, defines + " " + form.defines());
        for (Tensor tensor : tensors) {
            launch.storage(tensor);
        }
        launch.loop(loop).elements(loop.count() / form.vector());
    }

    /** Types that hot paths have get a program of their own where elements are neighbours, others one for all. */
    static Form form(Work work, Loop loop, int standing, Tensor... tensors) {
        DType[] types = new DType[tensors.length];
        boolean hot = true;
        for (int i = 0; i < tensors.length; i++) {
            types[i] = tensors[i].dtype();
            hot &= isHot(types[i]);
        }
        int width = hot ? Vectors.width(work, types) : 1;
        if (width == 1) {
            return new Form(hot ? loop.defines() : loop.generalDefines(), 1);
        }
        return Vectors.fit(loop, width, standing, tensors)
                ? new Form(loop.generalDefines() + Vectors.define(width), width)
                : new Form(loop.generalDefines(), 1);
    }

    private static boolean isHot(DType type) {
        return switch (type) {
            case F32, F16, BF16, BOOL -> true;
            case F64, I64, I32, I16, I8, U8 -> false;
            case Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K -> false;
        };
    }
}
