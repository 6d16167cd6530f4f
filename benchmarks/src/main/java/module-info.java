/** JMH benchmarks over the conformance cases, with OpenBLAS as a peer. */
module dev.tenon.benchmarks {
    requires dev.tenon.conformance;
    requires dev.tenon.cpu;
    requires dev.tenon.opencl;
    requires jmh.core;
    requires org.lwjgl;
    requires org.lwjgl.opencl;
    requires static org.jspecify;
}
