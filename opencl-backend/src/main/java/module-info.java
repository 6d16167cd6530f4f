/** The OpenCL backend: every operator on OpenCL devices, by way of LWJGL. */
module dev.tenon.opencl {
    requires dev.tenon.kernels;
    requires dev.tenon.runtime;
    requires org.lwjgl;
    requires org.lwjgl.opencl;
    requires static org.jspecify;

    provides dev.tenon.spi.BackendProvider with
            dev.tenon.opencl.OpenClBackend;
}
