/** The CUDA backend: every operator on NVIDIA GPUs, by way of the driver alone. */
module dev.tenon.cuda {
    requires dev.tenon.kernels;
    requires dev.tenon.runtime;
    requires jcublas;
    requires jcuda;
    requires static org.jspecify;

    provides dev.tenon.spi.BackendProvider with
            dev.tenon.cuda.CudaBackend;
}
