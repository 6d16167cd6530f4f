/** Device kernels, written once for OpenCL C and CUDA C, and which of them an operator comes to. */
module dev.tenon.kernels {
    requires dev.tenon.runtime;
    requires tools.jackson.core;
    requires static org.jspecify;

    exports dev.tenon.kernels;
    exports dev.tenon.kernels.cuda;
    exports dev.tenon.kernels.plan;
    exports dev.tenon.kernels.tuning;
}
