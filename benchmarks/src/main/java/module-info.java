/** JMH benchmarks over the conformance cases, with OpenBLAS as a peer. */
module dev.tenon.benchmarks {
    requires dev.tenon.conformance;
    requires dev.tenon.cpu;
    requires jmh.core;
    requires static org.jspecify;
}
