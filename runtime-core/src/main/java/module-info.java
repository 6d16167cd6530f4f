/** The core of Tenon: tensors, operators, memory, devices and profiling. No kernel lives here. */
module dev.tenon.runtime {
    requires static transitive org.jspecify;
    requires jdk.jfr;

    exports dev.tenon;
    exports dev.tenon.comm;
    exports dev.tenon.error;
    exports dev.tenon.io;
    exports dev.tenon.memory;
    exports dev.tenon.npy;
    exports dev.tenon.op;
    exports dev.tenon.profile;
    exports dev.tenon.random;
    exports dev.tenon.spi;

    uses dev.tenon.spi.BackendProvider;
    uses dev.tenon.spi.DeviceTransportProvider;
    uses dev.tenon.spi.LocalTransportProvider;
    uses dev.tenon.spi.TransportProvider;
}
