package dev.tenon.opencl;

/**
 * A kernel of a built program. Its OpenCL object holds arguments from setting them to enqueueing, so it is locked that
 * long.
 *
 * @param program the OpenCL program
 * @param handle the kernel object that eager launches share
 * @param arguments how many it takes
 */
record Kernel(String name, long program, long handle, int arguments, Handles handles) {
    /** A further kernel object, with arguments of its own. */
    long copy() {
        return handles.made(OpenClNative.createKernel(program, name));
    }
}
