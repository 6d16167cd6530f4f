package dev.tenon.opencl;

import dev.tenon.error.NativeCallException;
import java.util.ArrayList;
import java.util.List;

/** The launches that operators come to, in order, and the memory that they need meanwhile. */
public final class Work implements AutoCloseable {
    private final OpenClDevice device;
    private final List<Launch> launches = new ArrayList<>(2);
    private final List<OpenClBuffer> scratch = new ArrayList<>(0);

    /** Memory that lasts as long as the work. */
    public static final class Scratch {
        private final OpenClBuffer buffer;

        private Scratch(OpenClBuffer buffer) {
            this.buffer = buffer;
        }

        OpenClBuffer buffer() {
            return buffer;
        }
    }

    Work(OpenClDevice device) {
        this.device = device;
    }

    /**
     * Adds a launch of a portable kernel; its arguments and range are to be set.
     *
     * @param file the source's name in {@link dev.tenon.kernels.KernelSources}
     * @param kernel the kernel in it
     * @param defines macros, for example {@code TYPE=F32}, separated by single spaces
     * @throws NativeCallException if it does not build, with the log
     */
    public Launch launch(String file, String kernel, String defines) {
        return add(device.programs().kernel(file, kernel, defines));
    }

    /** Adds a launch of a user's own kernel. */
    public Launch launchSource(String source, String kernel) {
        return add(device.programs().ownKernel(source, kernel));
    }

    private Launch add(Kernel kernel) {
        Launch launch = new Launch(kernel);
        launches.add(launch);
        return launch;
    }

    /** Uninitialized memory until the work is done. */
    public Scratch scratch(long bytes) {
        OpenClBuffer buffer = device.allocate(Math.max(1, bytes));
        scratch.add(buffer);
        return new Scratch(buffer);
    }

    /** What the work runs on. */
    public DeviceTraits device() {
        return device.traits();
    }

    List<Launch> launches() {
        return launches;
    }

    @Override
    public void close() {
        scratch.forEach(OpenClBuffer::close);
    }
}
