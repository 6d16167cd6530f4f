package dev.tenon.opencl;

/**
 * A kernel of a built program. Its OpenCL object holds arguments from setting them to enqueueing, so it is locked that
 * long.
 *
 * @param program the OpenCL program
 * @param handle the kernel object that eager launches share
 */
record Kernel(String name, long program, long handle, Handles handles) {
    /** A further kernel object, with arguments of its own. */
    long copy() {
        return handles.made(OpenClNative.createKernel(program, name));
    }
}
