/** Transports for collectives: threads, processes of one host, MPI; and a binding of NCCL. */
module dev.tenon.collectives {
    requires dev.tenon.runtime;
    requires jdk.incubator.vector;
    requires static org.jspecify;

    exports dev.tenon.collectives.nccl;

    provides dev.tenon.spi.LocalTransportProvider with
            dev.tenon.collectives.thread.ThreadTransportProvider;
    provides dev.tenon.spi.TransportProvider with
            dev.tenon.collectives.mpi.MpiProvider,
            dev.tenon.collectives.process.ProcessTransportProvider;
}
