/** Transports for collectives: threads, processes of one host, MPI, TCP, NCCL. */
module dev.tenon.collectives {
    requires dev.tenon.runtime;
    requires jdk.incubator.vector;
    requires jdk.net;
    requires static org.jspecify;

    uses dev.tenon.spi.HostReducer;

    provides dev.tenon.spi.DeviceTransportProvider with
            dev.tenon.collectives.device.CopyDeviceProvider,
            dev.tenon.collectives.nccl.NcclDeviceProvider;
    provides dev.tenon.spi.LocalTransportProvider with
            dev.tenon.collectives.thread.ThreadTransportProvider;
    provides dev.tenon.spi.TransportProvider with
            dev.tenon.collectives.mpi.MpiProvider,
            dev.tenon.collectives.nccl.NcclProvider,
            dev.tenon.collectives.process.ProcessTransportProvider,
            dev.tenon.collectives.tcp.TcpProvider;
}
