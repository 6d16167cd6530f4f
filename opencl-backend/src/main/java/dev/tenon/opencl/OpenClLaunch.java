package dev.tenon.opencl;

import dev.tenon.error.InvalidArgumentException;
import dev.tenon.kernels.plan.Launch;
import dev.tenon.kernels.plan.Launch.Argument;
import java.util.List;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.MemoryUtil;

/** Launches as OpenCL takes them. */
final class OpenClLaunch {
    private OpenClLaunch() {}

    /** Sets the arguments of the kernel object that eager launches share, and enqueues it. The launch is not empty. */
    static void enqueue(Launch launch, Kernel kernel, long queue) {
        long[] global = global(launch);
        synchronized (kernel) {
            setArguments(launch, kernel, kernel.handle());
            OpenClNative.enqueue(queue, kernel.handle(), global, launch.items());
        }
    }

    /** The same on a queue that measures; answers the event, which is the caller's. */
    static long enqueueTimed(Launch launch, Kernel kernel, long queue) {
        long[] global = global(launch);
        synchronized (kernel) {
            setArguments(launch, kernel, kernel.handle());
            return OpenClNative.enqueueTimed(queue, kernel.handle(), global, launch.items());
        }
    }

    /** A kernel object of the launch's own, with its arguments set for good. */
    static Prepared prepare(Launch launch, Kernel kernel) {
        long[] global = launch.isEmpty() ? new long[0] : global(launch);
        Prepared prepared = new Prepared(kernel.copy(), global, launch.items(), kernel.handles());
        try {
            setArguments(launch, kernel, prepared.handle);
            return prepared;
        } catch (RuntimeException | Error e) {
            prepared.close();
            throw e;
        }
    }

    private static long[] global(Launch launch) {
        long[] global = launch.groups().clone();
        for (int axis = 0; axis < global.length; axis++) {
            global[axis] *= launch.items()[axis];
        }
        return global;
    }

    private static void setArguments(Launch launch, Kernel kernel, long handle) {
        List<Argument> arguments = launch.arguments();
        if (arguments.size() != kernel.arguments()) {
            throw new InvalidArgumentException("kernel " + kernel.name() + " takes " + kernel.arguments()
                    + " arguments, " + arguments.size() + " are given");
        }
        try (MemoryStack stack = MemoryStack.stackPush()) {
            long single = stack.nmalloc(8, 8);
            for (int i = 0; i < arguments.size(); i++) {
                switch (arguments.get(i)) {
                    case Launch.Memory memory -> {
                        MemoryUtil.memPutLong(single, ((OpenClBuffer) memory.buffer()).handle());
                        OpenClNative.argument(handle, i, Long.BYTES, single);
                    }
                    case Launch.Value value -> {
                        MemoryUtil.memPutLong(single, value.bits());
                        OpenClNative.argument(handle, i, value.bytes(), single);
                    }
                    case Launch.Fields fields -> structure(handle, i, fields.values(), stack);
                }
            }
        }
    }

    private static void structure(long handle, int index, long[] fields, MemoryStack stack) {
        int bytes = fields.length * Long.BYTES;
        long structure = stack.nmalloc(8, bytes);
        for (int i = 0; i < fields.length; i++) {
            MemoryUtil.memPutLong(structure + 8L * i, fields[i]);
        }
        OpenClNative.argument(handle, index, bytes, structure);
    }

    /** A kernel object whose arguments are set. */
    record Prepared(long handle, long[] global, long[] local, Handles handles) {
        boolean isEmpty() {
            return global.length == 0;
        }

        void enqueue(long queue) {
            if (!isEmpty()) {
                OpenClNative.enqueue(queue, handle, global, local);
            }
        }

        void close() {
            OpenClNative.releaseKernel(handle);
            handles.released();
        }
    }
}
