package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.List;

/** One backend's implementation of a {@link CustomKernel}. */
public sealed interface CustomImplementation
        permits CustomImplementation.HostMethod, CustomImplementation.KernelSource {
    /**
     * A Java method over host memory, for the CPU backend. {@link Tensor#segment()} gives each operand's storage and
     * {@link Tensor#layout()} where its elements lie in it.
     */
    non-sealed interface HostMethod extends CustomImplementation {
        /** Computes the outputs. Called on one thread; it may use others and must be done when it returns. */
        void run(List<Tensor> inputs, List<Tensor> outputs);
    }

    /**
     * A kernel as source text, for a backend that compiles it: OpenCL C for {@code opencl}. It is compiled when it is first
     * needed; a program that does not build is a {@link dev.tenon.error.NativeCallException} with the compiler's log.
     *
     * @param source the program's text
     * @param kernel the name of the kernel in it
     * @param plan how it is launched for given operands
     */
    record KernelSource(String source, String kernel, LaunchPlan plan) implements CustomImplementation {}

    /** Says how a {@link KernelSource} is launched. */
    @FunctionalInterface
    interface LaunchPlan {
        /** The launch for these operands; the same operands give the same launch. */
        KernelLaunch launch(List<Tensor> inputs, List<Tensor> outputs);
    }

    /**
     * One launch of a kernel.
     *
     * @param global work items along each axis, 1 to 3 axes; a multiple of {@code local}; an axis of 0 launches nothing
     * @param local work items of a group along each axis
     * @param arguments the kernel's, in order: an operand's {@link Tensor} for a pointer to its whole storage (its
     *     {@link Tensor#layout()} says where elements lie in it, which the kernel is told by further arguments), or an
     *     {@link Integer}, {@link Long}, {@link Float} or {@link Double}, which has the size of its C namesake
     */
    record KernelLaunch(List<Long> global, List<Long> local, List<Object> arguments) {
        public KernelLaunch {
            global = List.copyOf(global);
            local = List.copyOf(local);
            arguments = List.copyOf(arguments);
        }
    }
}
