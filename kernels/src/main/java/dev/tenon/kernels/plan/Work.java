package dev.tenon.kernels.plan;

import dev.tenon.spi.DeviceBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

/** The launches that operators come to, in order, and the memory that they need meanwhile. */
public final class Work implements AutoCloseable {
    private final DeviceTraits device;
    private final LongFunction<? extends DeviceBuffer> allocator;
    private final List<Launch> launches = new ArrayList<>(2);
    private final List<DeviceBuffer> scratch = new ArrayList<>(0);

    /** @param allocator gives memory of so many bytes; closing it waits for work that is queued on it */
    public Work(DeviceTraits device, LongFunction<? extends DeviceBuffer> allocator) {
        this.device = device;
        this.allocator = allocator;
    }

    /** Adds a launch of a portable kernel; its arguments and range are to be set. See {@link KernelKey.Portable}. */
    public Launch launch(String file, String kernel, String defines) {
        return add(new KernelKey.Portable(file, kernel, defines));
    }

    /** Adds a launch of a user's own kernel. */
    public Launch launchSource(String source, String kernel) {
        return add(new KernelKey.Own(source, kernel));
    }

    private Launch add(KernelKey key) {
        Launch launch = new Launch(key, setting(Setting.ELEMENT_GROUP));
        launches.add(launch);
        return launch;
    }

    /** Uninitialized memory until the work is done. */
    public DeviceBuffer scratch(long bytes) {
        DeviceBuffer buffer = allocator.apply(Math.max(1, bytes));
        scratch.add(buffer);
        return buffer;
    }

    /** What the work runs on. */
    public DeviceTraits device() {
        return device;
    }

    /** What is chosen for this device. */
    int setting(Setting setting) {
        return device.tuning().get(setting);
    }

    public List<Launch> launches() {
        return launches;
    }

    /** Gives the scratch memory back. */
    @Override
    public void close() {
        scratch.forEach(DeviceBuffer::close);
    }
}
