/** Device kernel sources, written once for OpenCL C and CUDA C. */
module dev.tenon.kernels {
    requires dev.tenon.runtime;
    requires static org.jspecify;

    exports dev.tenon.kernels;
}
