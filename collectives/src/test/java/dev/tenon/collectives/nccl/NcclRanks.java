package dev.tenon.collectives.nccl;

import dev.tenon.Device;
import dev.tenon.comm.Communicator;
import dev.tenon.comm.CommunicatorOptions;
import dev.tenon.comm.Communicators;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Ranks that are fake devices of the test, connected by a fake of NCCL. */
public final class NcclRanks {
    private NcclRanks() {}

    /** Closes the ranks, and looks that nothing of theirs is left. */
    public record Open(List<Device> devices, List<Communicator> ranks, Runnable check) implements AutoCloseable {
        @Override
        public void close() {
            ranks.forEach(Communicator::close);
            check.run();
            devices.stream().distinct().forEach(device -> device.backend().close());
        }
    }

    public static Open open(int count, boolean splits, CommunicatorOptions options) {
        FakeNccl nccl = new FakeNccl(splits);
        List<Device> devices = FakeCuda.devices(count);
        return new Open(devices, connect(devices, nccl, options), () -> requireNothingLeft(devices, nccl));
    }

    /** As {@link #open}, with direct copies in place of NCCL. */
    public static Open openCopies(int count, int perDevice, CommunicatorOptions options) {
        FakeNccl none = new FakeNccl(true);
        List<Device> devices = FakeCuda.devices((count + perDevice - 1) / perDevice);
        List<Device> byRank = IntStream.range(0, count)
                .mapToObj(rank -> devices.get(rank / perDevice))
                .toList();
        return new Open(
                byRank,
                Communicators.ofDevices(byRank, options.withTransport("copies")),
                () -> requireNothingLeft(devices, none));
    }

    static void requireNothingLeft(List<Device> devices, FakeNccl nccl) {
        if (nccl.live() != 0) {
            throw new AssertionError(nccl.live() + " communicators of NCCL's are left");
        }
        for (Device device : devices) {
            FakeCuda fake = (FakeCuda) device.backend();
            fake.requireSound();
            if (fake.openStreams() != 0) {
                throw new AssertionError(fake.openStreams() + " streams are left");
            }
        }
    }

    static List<Communicator> connect(List<Device> devices, FakeNccl nccl, CommunicatorOptions options) {
        return new NcclDeviceProvider(Optional::empty, () -> new NcclLibrary(nccl))
                .connect(devices.stream().map(Device::backend).toList(), options).stream()
                        .map(transport -> new Communicator(transport, options.checked()))
                        .toList();
    }
}
