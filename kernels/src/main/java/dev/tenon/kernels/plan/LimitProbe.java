package dev.tenon.kernels.plan;

import dev.tenon.error.DeviceException;
import dev.tenon.spi.BackendDevice;
import dev.tenon.spi.DeviceBuffer;
import dev.tenon.spi.DeviceLimits;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.Consumer;

/**
 * A device's F32 multiply-add peak and its read bandwidth, by portable kernels. What the kernels compute is checked, so none of
 * their work was left out.
 */
public final class LimitProbe {
    /** Far larger than any cache that the device's units see alone. */
    private static final long READ_BYTES = 256L << 20;
    /** What a group reads. */
    private static final long PIECE_BYTES = 256L << 10;

    private final BackendDevice device;
    private final DeviceTraits traits;
    private final Consumer<List<Launch>> stream;

    private LimitProbe(BackendDevice device, DeviceTraits traits, Consumer<List<Launch>> stream) {
        this.device = device;
        this.traits = traits;
        this.stream = stream;
    }

    /**
     * Takes a second or so, and 256 MiB of the device's memory or an eighth of it.
     *
     * @param stream enqueues launches on the device's default stream
     * @throws DeviceException if a kernel computed anything but what it must
     */
    public static DeviceLimits measure(BackendDevice device, DeviceTraits traits, Consumer<List<Launch>> stream) {
        LimitProbe probe = new LimitProbe(device, traits, stream);
        return new DeviceLimits(probe.flops(), probe.readBytes());
    }

    private double flops() {
        // On a CPU ten chains of vectors hide two units' latency of four cycles, and leave registers for the operands.
        int chains = traits.cpu() ? 10 : 16;
        int lanes = traits.cpu() ? 16 : 1;
        int group = traits.cpu() ? 1 : Math.min(256, Integer.highestOneBit(traits.largestGroup()));
        long groups = traits.computeUnits() * (traits.cpu() ? 256L : 32L);
        long items = groups * group;
        try (Work work = work()) {
            DeviceBuffer out = work.scratch(items * Float.BYTES);
            work.launch(
                            "probe",
                            "probe_multiply_add",
                            "CHAINS=" + chains + " LANES=" + lanes + " STEPS=" + ProbeChains.STEPS + " GROUP=" + group)
                    .buffer(out)
                    .value(ProbeChains.FACTOR)
                    .value(ProbeChains.ADDEND)
                    .groups(groups, group);
            double seconds = best(work);
            float expected = ProbeChains.sum(chains * lanes);
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment results = download(out, items * Float.BYTES, arena);
                for (long i = 0; i < items; i++) {
                    float result = results.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                    if (!ProbeChains.isSum(result, expected)) {
                        throw wrong("multiply-adds", result, expected);
                    }
                }
            }
            return 2.0 * chains * lanes * ProbeChains.STEPS * items / seconds;
        }
    }

    private double readBytes() {
        int lanes = traits.cpu() ? 64 : 4;
        int group = traits.cpu() ? 1 : Math.min(256, Integer.highestOneBit(traits.largestGroup()));
        long groups = Math.clamp(device.memory().limit() / 8, PIECE_BYTES, READ_BYTES) / PIECE_BYTES;
        long piece = PIECE_BYTES / Integer.BYTES;
        long count = groups * piece;
        long items = groups * group;
        String defines = "CHAINS=1 STEPS=1 LANES=" + lanes + " GROUP=" + group + (traits.cpu() ? " VECTORS" : "");
        try (Work fill = work();
                Work read = work()) {
            DeviceBuffer data = read.scratch(groups * PIECE_BYTES);
            DeviceBuffer out = read.scratch(items * Integer.BYTES);
            fill.launch("probe", "probe_fill", defines)
                    .buffer(data)
                    .value(count)
                    .elements(count);
            stream.accept(fill.launches());
            read.launch("probe", "probe_read", defines)
                    .buffer(data)
                    .buffer(out)
                    .value(piece)
                    .groups(groups, group);
            double seconds = best(read);
            int sum = 0;
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment results = download(out, items * Integer.BYTES, arena);
                for (long i = 0; i < items; i++) {
                    sum += results.getAtIndex(ValueLayout.JAVA_INT, i);
                }
            }
            // Of 0 to count - 1, each times what probe_fill multiplies by; all modulo 2^32.
            int expected = (int) (count * (count - 1) / 2 * 2654435761L);
            if (sum != expected) {
                throw wrong("reads", sum, expected);
            }
            return groups * PIECE_BYTES / seconds;
        }
    }

    private Work work() {
        return new Work(traits, device::allocate);
    }

    private double best(Work work) {
        return ProbeRounds.best(device, () -> stream.accept(work.launches()));
    }

    private MemorySegment download(DeviceBuffer from, long bytes, Arena arena) {
        MemorySegment to = arena.allocate(bytes, 64);
        device.download(from, 0, to);
        return to;
    }

    private DeviceException wrong(String what, Number is, Number must) {
        return new DeviceException(
                device.properties().name(), "the probe's " + what + " gave " + is + ", must be " + must);
    }
}
