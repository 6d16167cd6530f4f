/** The CPU backend: Vector API kernels for any CPU that Java runs on, and machine code for x86-64. */
module dev.tenon.cpu {
    requires dev.tenon.runtime;
    requires jdk.incubator.vector;
    requires jdk.management;
    requires static org.jspecify;

    provides dev.tenon.spi.BackendProvider with
            dev.tenon.cpu.CpuBackend;
    provides dev.tenon.spi.HostReducer with
            dev.tenon.cpu.CpuReducer;
}
