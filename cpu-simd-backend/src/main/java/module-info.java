/** The CPU backend: Vector API kernels for any CPU that Java runs on. */
module dev.tenon.cpu {
    requires dev.tenon.runtime;
    requires jdk.incubator.vector;
    requires static org.jspecify;
}
